import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeWorkflowId } from '../../domain/names.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

describe('a node that cannot be taken out, since a vote is missing', () => {
  it('is waited for in view, and "cau stop --after step" ends that at once; nothing is touched', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
    const handle = await world.start({ approval: 'everyNode' }, { nodes: ['node3'] });
    await world.until(handle, (progress) => progress.phase === 'awaitingApproval');
    world.cluster.cut('node1');
    world.cluster.cut('node2');
    await world.say(handle, 'approve', { node: 'node3' });
    const { nodes } = await world.until(handle, (progress) => progress.nodes[0]?.wait?.kind === 'quorum');
    expect(nodes[0]?.wait).toMatchObject({ next: expect.stringContaining('QuorumAtRisk'), operatorCan: expect.stringContaining('"cau stop --after step"') });
    expect(await world.say(handle, 'stop', { after: 'step' })).toMatchObject({ accepted: true });
    world.cluster.join('node1');
    world.cluster.join('node2');
    const report = await world.report(handle);
    expect(report.nodes[0]?.outcome).toBe('Canceled');
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('an installation that lasts', () => {
  it('is waited for in view: until when, what comes then, and that nothing ends it meanwhile', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { endlessOn: ['node4'] })));
    const handle = await world.start({ installTimeout: '30m' }, { nodes: ['node4'] });
    const { nodes } = await world.until(handle, (progress) => progress.nodes[0]?.wait?.kind === 'operation');
    expect(nodes[0]).toMatchObject({
      step: 'installing',
      wait: {
        reason: 'installation of 1 update by simulated on node4',
        next: expect.stringContaining('InstallFailed'),
        operatorCan: expect.stringContaining('"cau stop --after step"'),
      },
    });
    expect(Date.parse(nodes[0]?.wait?.until ?? '') - Date.parse(nodes[0]?.wait?.since ?? '')).toBe(30 * 60_000);
    world.cluster.endlessUpdate('node4', 'app', false);
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Succeeded', installed: 1 });
  });
});

describe('a node that is long in coming back from its restart', () => {
  it('is waited for in view: since when, until when, what comes next and what can be done; in progress and in the Temporal Web UI', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'kernel'));
    world.cluster.neverComesBack('node3');
    const handle = await world.start({ restartTimeout: '10m' }, { nodes: ['node3'] });
    const { nodes } = await world.until(handle, (progress) => progress.nodes[0]?.wait?.kind === 'nextBoot');
    expect(nodes[0]?.wait).toMatchObject({
      reason: 'node3 restarts',
      next: expect.stringContaining('kept in maintenance mode'),
      operatorCan: 'look at the console of node3',
    });
    expect(Date.parse(nodes[0]?.wait?.until ?? '') - Date.parse(nodes[0]?.wait?.since ?? '')).toBe(600_000);
    const details = await world.temporal.client.workflow
      .getHandle(nodeWorkflowId(world.name, 'node3'))
      .query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(details.currentDetails).toMatch(/Waiting: node3 restarts; since .*Z, until .*Z; then RestartTimeout: .*\. Now: look at the console of node3\./);
    world.cluster.powerOn('node3');
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Succeeded', restarts: [{}] });
  });
});
