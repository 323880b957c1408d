import type { WorkflowHandle } from '@temporalio/client';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runEvents } from '../../client/events.js';
import { readMachineFile } from '../../clusters/simulated/model.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.offerNext((updates) => updates.filter(({ name }) => name === 'app'));
});

/** The events of a run that is over, each by its number and node, and the messages by that. */
async function storyOf(handle: WorkflowHandle): Promise<{ readonly told: string[]; readonly messages: Readonly<Record<string, string>> }> {
  await handle.result().catch(() => undefined);
  const told: (readonly [string, string])[] = [];
  for await (const { number, node, message } of runEvents(world.temporal, handle, false, new AbortController().signal))
    told.push([`${number} ${node ?? 'run'}`, message]);
  return { told: told.map(([line]) => line), messages: Object.fromEntries(told) };
}

describe('a run that is refused tells why by the number, and nothing but its start besides:', () => {
  it('1015, when another run is at work on the cluster', async () => {
    const first = await world.start({ approval: 'plan' });
    await world.until(first, ({ phase }) => phase === 'awaitingApproval');
    const { told, messages } = await storyOf(await world.start());
    await world.say(first, 'stop');
    await world.report(first);
    expect(told).toEqual(['1003 run', '1015 run']);
    expect(messages['1015 run']).toMatch(new RegExp(`^ClusterBusy: .*${first.workflowId}`));
    await world.untilFree();
  });

  it('1020, when more nodes are offline than may be', async () => {
    world.cluster.neverComesBack('node1');
    await world.cluster.crash('node1');
    await world.cluster.until(({ idle, nodes }) => idle && nodes.some(({ name, online, unclean }) => name === 'node1' && !online && !unclean));
    const { told, messages } = await storyOf(await world.start({ requireAllNodesOnline: true }));
    world.cluster.powerOn('node1');
    await world.cluster.until(({ idle, nodes }) => idle && nodes.every(({ online }) => online));
    expect(told).toEqual(['1003 run', '1020 run']);
    expect(messages['1020 run']).toContain('node1 is offline; no node may be.');
    await world.untilFree();
  });
});

describe('a run whose node goes wrong tells what went wrong, how the node ended, and how the run did:', () => {
  it('1016, 1017, 1013 and 1006, when a role cannot be stopped there and the node is kept', async () => {
    world.cluster.refuseStop('web', 'node1', true);
    const { told, messages } = await storyOf(await world.start({}, { nodes: ['node1'] }));
    world.cluster.refuseStop('web', 'node1', false);
    expect(told).toEqual(['1003 run', '2001 node1', '2008 node1', '1016 node1', '1017 node1', '1013 node1', '1006 run']);
    for (const line of ['1016 node1', '1017 node1']) expect(messages[line]).toContain('web');
    world.cluster.operatorStandby('node1', 'off');
    expect((await world.run({}, { nodes: ['node1'] })).outcome).toBe('Succeeded');
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('1018, when it cannot be taken out without a role that has no other place; the nodes after it are left out', async () => {
    // The copy on node4 is started anew and not in sync: nobody could take over from node2.
    world.cluster.holdSync('db', 'node4', true);
    world.cluster.operatorStandby('node4', 'on');
    await world.cluster.until(({ idle, promotionScores }) => idle && promotionScores.length === 1);
    world.cluster.operatorStandby('node4', 'off');
    const { told, messages } = await storyOf(await world.start({ quorumWait: '1s', order: ['node2', 'node3'] }, { nodes: ['node2', 'node3'] }));
    world.cluster.holdSync('db', 'node4', false);
    expect(told).toEqual(['1003 run', '2001 node2', '1018 node2', '1013 node2', '2003 node3', '1007 run']);
    expect(messages['1018 node2']).toContain('role "db" would serve nowhere without node2');
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('1019, when more nodes failed than may', async () => {
    await world.offerNext((updates) => updates.filter(({ name }) => name === 'app').map((update) => Object.assign(update, { failsOn: ['node3'] })));
    const options = { maxFailedNodes: 0, maxRetriesPerNode: 0, order: ['node3', 'node4'] };
    const { told, messages } = await storyOf(await world.start(options, { nodes: ['node3', 'node4'] }));
    expect(told.slice(-5)).toEqual(['1009 node3', '1013 node3', '1019 run', '2003 node4', '1007 run']);
    expect(messages['1019 run']).toBe('1 node failed, 0 may: no further node was begun.');
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

it('A report that one node cannot keep is told as 1022 of that node, with the reason; the run has succeeded all the same', async () => {
  const { stateDirectory } = readMachineFile(world.cluster.machineFile('node4'));
  const reports = join(stateDirectory, 'reports');
  await rm(reports, { recursive: true, force: true });
  await writeFile(reports, 'no directory');
  const handle = await world.start({}, { nodes: ['node3'] });
  const { told, messages } = await storyOf(handle);
  await rm(reports);
  expect(told.slice(-3)).toEqual(['2002 node3', '1022 node4', '1004 run']);
  expect(messages['1022 node4']).toMatch(/reports/);
  expect((await world.report(handle)).outcome).toBe('Succeeded');
});
