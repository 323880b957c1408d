import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterDescription } from '../../domain/cluster.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld({ fencing: false });
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.cluster.until(isWhole);
  await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
});

const isWhole = ({ quorum, idle, nodes, promotionScores }: ClusterDescription) =>
  quorum.quorate && idle && nodes.every((node) => node.online && !node.unclean) && promotionScores.length === 2;
const nodeOf = (name: string) => world.cluster.description().nodes.find((node) => node.name === name);

/** Takes its power from a node, and waits until the others have noticed. */
async function lose(node: string): Promise<void> {
  await world.cluster.crash(node);
  await world.cluster.until(() => nodeOf(node)?.online === false);
}

/** Waits until the node says what it waits for. */
async function untilWaiting(node: string, words: RegExp): Promise<void> {
  const handle = world.temporal.client.workflow.getHandle(`cau/node/${world.name}/${node}`);
  const detail = async () => (await handle.query<{ detail: string }>('progress').catch(() => null))?.detail;
  await expect.poll(detail, { timeout: 20_000, interval: 20 }).toMatch(words);
}

describe('the guard of quorum and capacity', () => {
  it('waits with its reason before a node is drained, also while nobody has quorum at all, and goes on when it is back', async () => {
    const handle = await world.start({}, { nodes: ['node3', 'node4'] });
    // So that the loss comes between two nodes.
    await world.say(handle, 'pause');
    const next = (await world.until(handle, (progress) => progress.phase === 'paused')).nodes.find((node) => node.step === null)?.node ?? '';
    world.cluster.cut('node1');
    world.cluster.cut('node2');
    await world.say(handle, 'resume');
    await untilWaiting(next, /^waits for quorum and capacity: .*quorum/);
    expect(nodeOf(next)?.hold).toBeNull();
    world.cluster.join('node1');
    world.cluster.join('node2');
    const report = await world.report(handle);
    expect(report.nodes.find((node) => node.node === next)).toMatchObject({ outcome: 'Succeeded', attempts: [] });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('never stands in the way of a node that comes back: its own vote may be the one that is missing', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { endlessOn: ['node3'] })));
    const handle = await world.start({ clusterDuringInstall: 'stop' }, { nodes: ['node3'] });
    await expect.poll(() => world.cluster.halfInstalled('node3'), { timeout: 20_000 }).toEqual(['app']);
    await lose('node1');
    expect(world.cluster.description().quorum.quorate).toBe(false);
    world.cluster.endlessUpdate('node3', 'app', false);
    await world.cluster.until((cluster) => cluster.quorum.quorate);
    expect(nodeOf('node1')?.online).toBe(false);
    world.cluster.powerOn('node1');
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Succeeded', kept: null });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('waits before the stack of a drained node is stopped for its installation, when another member was lost meanwhile', async () => {
    const before = await world.cluster.installLog('node3');
    world.cluster.slowStop('node3', 4000);
    const handle = await world.start({ clusterDuringInstall: 'stop' }, { nodes: ['node3'] });
    await world.cluster.until((cluster) => cluster.nodes.some((node) => node.name === 'node3' && node.standby));
    await lose('node1');
    await untilWaiting('node3', /^waits for quorum and capacity: .*without node3/);
    expect(nodeOf('node3')).toMatchObject({ online: true, standby: true });
    expect(await world.cluster.installLog('node3')).toEqual(before);
    world.cluster.slowStop('node3', 0);
    world.cluster.powerOn('node1');
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Succeeded', installed: 1, attempts: [] });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('waits before a restart, when another member was lost during the installation: the node stays a member with its vote', async () => {
    await world.offerNext((updates) => updates.filter(({ name }) => name === 'kernel').map((update) => Object.assign(update, { endlessOn: ['node3'] })));
    const handle = await world.start({}, { nodes: ['node3'] });
    await expect.poll(() => world.cluster.halfInstalled('node3'), { timeout: 20_000 }).toEqual(['kernel']);
    const boot = world.cluster.bootId('node3');
    await lose('node1');
    world.cluster.endlessUpdate('node3', 'kernel', false);
    await untilWaiting('node3', /^waits for quorum and capacity: .*without node3/);
    expect(world.cluster.bootId('node3')).toBe(boot);
    expect(nodeOf('node3')).toMatchObject({ online: true, standby: true });
    world.cluster.powerOn('node1');
    const [node] = (await world.report(handle)).nodes;
    expect(node).toMatchObject({ outcome: 'Succeeded', attempts: [] });
    expect(node?.restarts.map(({ from }) => from)).toEqual([boot]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('brings a node back at once when quorum is lost just as its stack has stopped: its vote is the one that is missing', async () => {
    await world.offerNext((updates) => updates.filter(({ name }) => name === 'kernel'));
    const handle = await world.start({}, { nodes: ['node3'] });
    await world.cluster.until(() => nodeOf('node3')?.online === false);
    world.cluster.cut('node1');
    expect(world.cluster.description().quorum.quorate).toBe(false);
    await world.cluster.until(({ quorum }) => quorum.quorate);
    world.cluster.join('node1');
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Failed', failure: { code: 'NoQuorumHere' }, kept: null, restarts: [] });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('does not drain a node whose role would serve nowhere else, and goes on when there is another place', async () => {
    // The copy on node4 is started anew and not in sync: nobody could take over from node2.
    world.cluster.holdSync('db', 'node4', true);
    world.cluster.operatorStandby('node4', 'on');
    await world.cluster.until((cluster) => cluster.idle && cluster.promotionScores.length === 1);
    world.cluster.operatorStandby('node4', 'off');
    const handle = await world.start({}, { nodes: ['node2'] });
    await untilWaiting('node2', /role "db" would serve nowhere without node2/);
    expect(nodeOf('node2')?.hold).toBeNull();
    world.cluster.holdSync('db', 'node4', false);
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Succeeded' });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('ends the run in order when that lasts longer than it may', async () => {
    world.cluster.holdSync('db', 'node4', true);
    world.cluster.operatorStandby('node4', 'on');
    await world.cluster.until((cluster) => cluster.idle && cluster.promotionScores.length === 1);
    world.cluster.operatorStandby('node4', 'off');
    const report = await world.run({ quorumWait: '1s', order: ['node2', 'node3'] }, { nodes: ['node2', 'node3'] });
    world.cluster.holdSync('db', 'node4', false);
    expect(report).toMatchObject({ outcome: 'Failed', failure: { code: 'QuorumAtRisk' } });
    expect(report.nodes[0]).toMatchObject({ outcome: 'Failed', inMaintenanceMs: null, attempts: [{ step: 'preparing', code: 'QuorumAtRisk' }] });
    expect(report.nodes[1]).toMatchObject({
      outcome: 'Canceled',
      reason: expect.stringContaining('QuorumAtRisk on node2: node2 cannot be taken out: role "db"'),
    });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('the gate after a node', () => {
  it('lets no other node begin before every copy has its promotion score again', async () => {
    world.cluster.holdSync('db', 'node4', true);
    const handle = await world.start({ order: ['node4', 'node2'] }, { nodes: ['node4', 'node2'] });
    await untilWaiting('node4', /a promotion score of "db" is missing, it was 10/);
    expect(nodeOf('node4')).toMatchObject({ hold: null, standby: false });
    expect((await world.until(handle, (progress) => progress.phase === 'updating')).nodes.map((node) => node.step !== null)).toEqual([true, false]);
    world.cluster.holdSync('db', 'node4', false);
    expect((await world.report(handle)).nodes.map((node) => node.outcome)).toEqual(['Succeeded', 'Succeeded']);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('has a deadline: then the run ends, with the last value seen, and the node that serves again is not said to be kept', async () => {
    world.cluster.holdSync('db', 'node4', true);
    const report = await world.run({ settleTimeout: '1s', maxFailedNodes: 4, order: ['node4', 'node2'] }, { nodes: ['node4', 'node2'] });
    world.cluster.holdSync('db', 'node4', false);
    const gate = { code: 'GateFailed', message: expect.stringContaining('a promotion score of "db" is missing, it was 10') };
    expect(report.nodes[0]).toMatchObject({ node: 'node4', outcome: 'Failed', failure: gate, kept: null, installed: 1 });
    expect(report.nodes[1]).toMatchObject({ node: 'node2', outcome: 'Canceled', reason: expect.stringContaining('GateFailed on node4') });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('is not passed over when the node failed before: it serves again, is not said to be kept, and no other one is begun', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { failsOn: ['node4'] })));
    world.cluster.holdSync('db', 'node4', true);
    const options = { settleTimeout: '1s', maxFailedNodes: 4, maxRetriesPerNode: 0, order: ['node4', 'node2'] };
    const report = await world.run(options, { nodes: ['node4', 'node2'] });
    world.cluster.holdSync('db', 'node4', false);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Failed', failure: { code: 'InstallFailed' }, kept: null, reason: expect.stringContaining('And then:') });
    expect(report.nodes[0]?.attempts.map((attempt) => attempt.code)).toEqual(['InstallFailed', 'GateFailed']);
    expect(report.nodes[1]?.outcome).toBe('Canceled');
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});
