import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../helpers/simulated-world.js';

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
