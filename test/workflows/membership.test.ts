import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../domain/errors.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

const nodes = ['node1', 'node2', 'node3', 'node4', 'node5'];
let world: World;
beforeAll(async () => {
  world = await createWorld({ nodes });
});
afterAll(() => world.stop());
beforeEach(() => world.offerNext((updates) => updates.filter((update) => update.name === 'app')));
afterEach(() => world.cluster.until((cluster) => cluster.idle && cluster.nodes.length === 5 && cluster.nodes.every((node) => node.online)));

const isGone = (name: string) => world.cluster.until((cluster) => cluster.idle && !(cluster.nodes.find((node) => node.name === name)?.online ?? false));
const switchOff = async (name: string) => {
  world.cluster.neverComesBack(name);
  await world.cluster.crash(name);
  await isGone(name);
};

describe('nodes that are offline when a run starts', () => {
  it('are skipped and no failure; the others are updated', async () => {
    await switchOff('node5');
    const report = await world.run();
    world.cluster.powerOn('node5');
    expect(report.outcome).toBe('Succeeded');
    expect(report.nodes.find((node) => node.node === 'node5')).toMatchObject({ outcome: 'Skipped', reason: 'offline', failure: null });
  });

  it.each([{ requireAllNodesOnline: true }, { maxOfflineNodes: 0 }])('are too many for %j: refused before anything is touched', async (options) => {
    await switchOff('node5');
    const failure = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'], ...options } });
    world.cluster.powerOn('node5');
    expect(failure).toMatchObject({ code: 'NotReady', where: 'nodes.online', message: expect.stringContaining('node5 is offline; no node may be') });
  });

  it('may be as many as maxOfflineNodes says', async () => {
    await switchOff('node5');
    const report = await world.run({ maxOfflineNodes: 1 }, { nodes: ['node4', 'node5'] });
    world.cluster.powerOn('node5');
    expect(report.nodes.map((node) => [node.node, node.outcome])).toEqual([
      ['node4', 'Succeeded'],
      ['node5', 'Skipped'],
    ]);
  });
});

describe('while a run is paused between two nodes', () => {
  const pausedRun = async (options = {}) => {
    const handle = await world.start({ order: ['node4', 'node5'], ...options }, { nodes: ['node4', 'node5'] });
    await world.say(handle, 'pause');
    await world.until(handle, (progress) => progress.phase === 'paused');
    return handle;
  };

  it('a node that goes offline is skipped when its turn comes', async () => {
    const handle = await pausedRun();
    await switchOff('node5');
    await world.say(handle, 'resume');
    const report = await world.report(handle);
    world.cluster.powerOn('node5');
    expect(report.nodes.find((node) => node.node === 'node5')).toMatchObject({ outcome: 'Skipped', failure: { code: 'NodeOffline' }, kept: null });
  });

  it('a node that is taken out of the cluster for good is skipped when its turn comes, and no failure', async () => {
    const handle = await pausedRun();
    await world.cluster.expel('node5');
    await world.say(handle, 'resume');
    const report = await world.report(handle);
    world.cluster.enlist('node5');
    expect(report).toMatchObject({ outcome: 'Succeeded', failure: null });
    expect(report.nodes.find((node) => node.node === 'node5')).toMatchObject({ outcome: 'Skipped', failure: { code: 'NodeVanished' }, kept: null });
  });

  it('a node that joins is not updated, and the report says so', async () => {
    await world.cluster.expel('node3');
    const handle = await pausedRun();
    world.cluster.enlist('node3');
    await world.cluster.until((cluster) => cluster.idle && cluster.nodes.find((node) => node.name === 'node3')?.online === true);
    await world.say(handle, 'resume');
    const report = await world.report(handle);
    expect(report).toMatchObject({ outcome: 'Succeeded', failure: null });
    expect(report.nodes.map((node) => node.node)).toEqual(['node4', 'node5']);
    expect(report.readiness).toContainEqual(
      expect.objectContaining({ id: 'nodes.joined', severity: 'warning', message: 'node3 joined the cluster during the run and was not updated.' }),
    );
    expect(await world.brokenBy(report)).toEqual([]);
  });
});

describe('while the last node of a run is at work', () => {
  it('a node that joins is not updated, and the report says so', async () => {
    await world.offerNext((updates) => updates.filter(({ name }) => name === 'app').map((update) => Object.assign(update, { endlessOn: ['node5'] })));
    await world.cluster.expel('node3');
    const handle = await world.start({}, { nodes: ['node5'] });
    await expect.poll(() => world.cluster.halfInstalled('node5')).toEqual(['app']);
    world.cluster.enlist('node3');
    await world.cluster.until((cluster) => cluster.nodes.find((node) => node.name === 'node3')?.online === true);
    world.cluster.endlessUpdate('node5', 'app', false);
    const report = await world.report(handle);
    expect(report.nodes.map((node) => [node.node, node.outcome])).toEqual([['node5', 'Succeeded']]);
    expect(report.readiness).toContainEqual(expect.objectContaining({ id: 'nodes.joined', message: expect.stringMatching(/^node3 joined/) }));
  });
});

describe('a node that is taken out of the cluster for good while it is at work', () => {
  const options = { order: ['node5', 'node4'], restartTimeout: '10s' };
  /** Failed, and nothing is left to release; the next node is updated all the same. */
  const failedAlone = (code: ErrorCode) => ({
    outcome: 'PartiallyFailed',
    failure: { code },
    nodes: [
      { node: 'node5', outcome: 'Failed', failure: { code, where: 'node5' }, kept: null, restarts: [], reason: expect.stringContaining('node5 is not a node') },
      { node: 'node4', outcome: 'Succeeded', failure: null },
    ],
  });

  it('while its roles leave it has failed, and the others are updated', async () => {
    world.cluster.slowStop('node5', 60_000);
    const handle = await world.start(options, { nodes: ['node4', 'node5'] });
    await world.until(handle, (progress) => progress.nodes.some(({ node, step }) => node === 'node5' && step === 'draining'));
    await world.cluster.expel('node5');
    world.cluster.slowStop('node5', 0);
    const report = await world.report(handle);
    world.cluster.enlist('node5');
    expect(report).toMatchObject(failedAlone('NodeVanished'));
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('in the middle of an installation has failed, and the others are updated', async () => {
    await world.offerNext((updates) => updates.filter(({ name }) => name === 'app').map((update) => Object.assign(update, { endlessOn: ['node5'] })));
    const handle = await world.start(options, { nodes: ['node4', 'node5'] });
    await expect.poll(() => world.cluster.halfInstalled('node5'), { timeout: 20_000 }).toEqual(['app']);
    await world.cluster.expel('node5');
    const report = await world.report(handle);
    world.cluster.endlessUpdate('node5', 'app', false);
    world.cluster.enlist('node5');
    // All that was known of it at first is that it does not answer.
    expect(report).toMatchObject(failedAlone('RestartTimeout'));
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('requireUniform', () => {
  it('refuses to start when nodes are offered different versions', async () => {
    await world.cluster.offer([
      { name: 'app', version: '7.1', offeredTo: ['node1', 'node2'] },
      { name: 'app', version: '7.2', offeredTo: ['node3', 'node4', 'node5'] },
    ]);
    const failure = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'], requireUniform: true } });
    expect(failure).toMatchObject({ code: 'NotReady', where: 'updates.uniform', message: expect.stringContaining('app is offered as 7.1 to node1') });
  });

  it('does not succeed while a node lags behind, and names it', async () => {
    await switchOff('node5');
    const report = await world.run({ requireUniform: true });
    world.cluster.powerOn('node5');
    expect(report).toMatchObject({ outcome: 'PartiallyFailed', failure: { code: 'NotUniform', message: expect.stringContaining('node5 could not be asked') } });
    expect(report.readiness).toContainEqual(expect.objectContaining({ id: 'nodes.uniform' }));
  });

  it('succeeds when all nodes end with the same', async () => {
    expect(await world.run({ requireUniform: true })).toMatchObject({ outcome: 'Succeeded', failure: null });
  });
});
