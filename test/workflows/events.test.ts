import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runEvents } from '../../client/events.js';
import { readMachineFile } from '../../clusters/simulated/model.js';
import type { RunEvent } from '../../domain/events.js';
import { createWorld, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

async function listen(events: AsyncGenerator<RunEvent>): Promise<RunEvent[]> {
  const heard: RunEvent[] = [];
  for await (const event of events) heard.push(event);
  return heard;
}

it('Whoever follows a run from its start hears the same events as whoever asks afterwards', async () => {
  const { signal } = new AbortController();
  await world.offerNext();
  const handle = await world.start({}, { nodes: ['node4'], requestedBy: 'an operator', reason: 'monthly' });
  const following = listen(runEvents(world.temporal, handle, true, signal));
  await world.report(handle);
  const followed = await following;
  const asked = await listen(runEvents(world.temporal, handle, false, signal));
  expect(followed.map(({ id }) => id).toSorted()).toEqual(asked.map(({ id }) => id).toSorted());
  expect(asked[0]).toMatchObject({ number: 1003, node: null, message: 'Requested by an operator: monthly.', cluster: world.cluster.description().cluster });
  expect(asked.at(-1)).toMatchObject({ number: 1004, message: 'Succeeded: node4 Succeeded' });
  expect(asked.filter(({ node }) => node === 'node4').map(({ number }) => number)).toEqual([2001, 2008, 1008, 2004, 2004, 1010, 1011, 1009, 2002]);
});

it('A workflow that is no run, or is not there, has none', async () => {
  const { signal } = new AbortController();
  const nobody = world.temporal.client.workflow.getHandle('cau/run/nobody/1');
  await expect(listen(runEvents(world.temporal, nobody, true, signal))).rejects.toThrow(/not found/i);
});

it('The clock of a run and what it waits for are among them: 1001, 1002, and that somebody is to approve', async () => {
  await world.offerNext();
  const handle = await world.start({ approval: 'plan', warnAfter: '200ms', stopAfter: '15s' }, { nodes: ['node4'] });
  await world.report(handle);
  const told = await listen(runEvents(world.temporal, handle, false, new AbortController().signal));
  const numbers = told.map(({ number }) => number);
  for (const number of [1001, 1002, 2013]) expect(numbers, JSON.stringify(told)).toContain(number);
  expect(numbers.indexOf(1001)).toBeLessThan(numbers.indexOf(1002));
  expect(numbers.at(-1)).toBe(1005);
});

it("The journal of a node has the story of its update, with each event's number", async () => {
  await world.untilFree();
  await world.offerNext();
  const handle = await world.start({}, { nodes: ['node4'] });
  await world.report(handle);
  const { stateDirectory } = readMachineFile(world.cluster.machineFile('node4'));
  const written = (await readFile(join(stateDirectory, 'machine.log'), 'utf8')).split('\n').filter((line) => line.includes(handle.workflowId));
  const numbers = written.map((line) => Number(/^(\d{4}) /.exec(line)?.[1]));
  const steps = [2004, 1010, 1011, 2002, 1004];
  const places = steps.map((number) => numbers.lastIndexOf(number));
  expect(places, written.join('\n')).toEqual(places.toSorted((left, right) => left - right));
  expect(places, written.join('\n')).not.toContain(-1);
});
