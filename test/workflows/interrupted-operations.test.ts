import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../domain/progress.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

/** The version on offer: two updates, of which the first is not installed before somebody lets it. */
let version: string;
beforeEach(async () => {
  version = await world.offerNext((updates) =>
    updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { endlessOn: ['node3'] })),
  );
});

const isInstalling = (progress: Progress) => progress.nodes.some((node) => node.node === 'node3' && node.step === 'installing');
const installations = async () => (await world.cluster.installLog('node3')).filter((record) => record.version === version).map((record) => record.name);

describe('a power cut in the middle of an installation', () => {
  it.each([
    ['of a node whose cluster stack was stopped, which nobody but an operator switches on again', 'stop' as const],
    ['of a node that is fenced for it, and so switched on again', 'keep' as const],
  ])('%s, is repaired and planned anew: every update is installed once, and the node serves again', async (_title, clusterDuringInstall) => {
    const boots = (await world.cluster.bootLog('node3')).length;
    const handle = await world.start({ clusterDuringInstall, restartTimeout: '20s' }, { nodes: ['node3'] });
    await world.until(handle, isInstalling);
    await expect.poll(() => world.cluster.halfInstalled('node3'), { timeout: 20_000 }).toEqual(['app']);
    await world.cluster.crash('node3');
    world.cluster.endlessUpdate('node3', 'app', false);
    if (clusterDuringInstall === 'stop') world.cluster.powerOn('node3');
    const [node] = (await world.report(handle)).nodes;
    expect(node).toMatchObject({ outcome: 'Succeeded', failure: null, kept: null, passes: 2, restarts: [] });
    expect(node?.notes.join('\n')).toMatch(/was begun on boot .* and left no result[\s\S]*node3 restarted by itself/);
    expect(await installations()).toEqual(['app']);
    expect((await world.cluster.bootLog('node3')).length).toBe(boots + 1);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

/** The node is switched on, an operator ends its standby, and the next run finds nothing in its way. */
async function expectRecovered(): Promise<void> {
  await world.cluster.offer([]);
  world.cluster.powerOn('node3');
  await world.cluster.until((cluster) => cluster.nodes.every((node) => node.online && !node.pending));
  world.cluster.operatorStandby('node3', 'off');
  await world.untilFree();
  await world.run({ maxFailedNodes: 0 });
  expect(expectAtRest(world.cluster)).toEqual(atRest);
}

describe('a node that does not come back', () => {
  afterEach(expectRecovered);

  it('from a power cut in the middle of an installation is not waited for as long as an installation may last: it is kept, and the others are told apart', async () => {
    const handle = await world.start({ restartTimeout: '3s', quorumWait: '1s' });
    await world.until(handle, isInstalling);
    await expect.poll(() => world.cluster.halfInstalled('node3'), { timeout: 20_000 }).toEqual(['app']);
    world.cluster.neverComesBack('node3');
    await world.cluster.crash('node3');
    await world.cluster.offer([]);
    const [node, next, ...others] = (await world.report(handle)).nodes;
    expect(node).toMatchObject({
      node: 'node3',
      outcome: 'NeedsAttention',
      failure: { code: 'RestartTimeout' },
      kept: expect.stringContaining('node3 went away'),
    });
    expect(world.cluster.description().nodes.find((one) => one.name === 'node3')?.hold?.kept).toContain('node3 went away');
    // Three of four are left and three votes are needed: nobody else may be taken out, and nobody else waits for it.
    expect(next).toMatchObject({ outcome: 'Failed', failure: { code: 'QuorumAtRisk' }, inMaintenanceMs: null });
    for (const other of others) expect(other).toMatchObject({ outcome: 'Canceled', reason: expect.stringContaining(`QuorumAtRisk on ${next?.node}`) });
  });

  it('from its restart is kept, with the reason in the cluster itself', async () => {
    await world.cluster.offer([{ name: 'kernel', version, restart: true }]);
    const handle = await world.start({ restartTimeout: '3s' }, { nodes: ['node3'] });
    world.cluster.neverComesBack('node3');
    const [node] = (await world.report(handle)).nodes;
    expect(node).toMatchObject({ outcome: 'NeedsAttention', failure: { code: 'RestartTimeout' }, kept: expect.stringContaining('within 3s of its restart') });
    expect(node?.attempts).toMatchObject([{ step: 'restarting', code: 'RestartTimeout' }]);
  });
});

describe('an installation that does not end', () => {
  it('within its time leaves its node in maintenance mode: nobody may use a node whose packages are being installed', async () => {
    const handle = await world.start({ installTimeout: '2s', restartTimeout: '2s' }, { nodes: ['node3'] });
    const [node] = (await world.report(handle)).nodes;
    expect(node).toMatchObject({
      outcome: 'NeedsAttention',
      failure: { code: 'InstallFailed', facts: { stillRunning: true } },
      kept: expect.stringContaining('may still be running'),
    });
    world.cluster.endlessUpdate('node3', 'app', false);
    await expect.poll(installations, { timeout: 20_000 }).toEqual(['app']);
    world.cluster.operatorStandby('node3', 'off');
  });
});
