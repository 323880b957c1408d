import { afterAll, beforeAll, expect, it } from 'vitest';
import { runEvents } from '../../client/events.js';
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
