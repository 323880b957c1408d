import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../domain/progress.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld({
    roles: [
      { id: 'web', kind: 'primitive', prefers: 'node1', onStopFailure: 'fence' },
      { id: 'db', kind: 'promotable', prefers: 'node2', copies: ['node2', 'node4'] },
      { id: 'shop', kind: 'clone' },
    ],
  });
});
afterAll(() => world.stop());

/** The version on offer: `app`, whose installation fails on node3. */
let version: string;
beforeEach(async () => {
  version = await world.offerNext((updates) =>
    updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { failsOn: ['node3'] })),
  );
});

const attemptsAt = async (node: string) => (await world.cluster.installLog(node)).filter((record) => record.version === version).length;
const isAt = (step: string) => (progress: Progress) => progress.nodes.some((one) => one.node === 'node3' && one.step === step);
const isOn = (node: string) => (progress: Progress) => progress.nodes.some((one) => one.node === node && one.step !== null);

describe('an update whose installation fails', () => {
  it('is tried again at that step, in the same maintenance mode; the failure that was got over is in the report', async () => {
    const handle = await world.start({}, { nodes: ['node3'] });
    const failed = world.temporal.client.workflow.getHandle(`cau/node/${world.name}/node3`);
    await expect
      .poll(async () => (await failed.query<{ detail: string }>('progress').catch(() => null))?.detail, { timeout: 20_000 })
      .toMatch(/^retry 1 of 3 after InstallFailed/);
    world.cluster.failUpdate('node3', 'app', false);
    const [node] = (await world.report(handle)).nodes;
    expect(node).toMatchObject({ outcome: 'Succeeded', failure: null, installed: 1, failed: 0 });
    expect(node?.attempts).toMatchObject([{ step: 'installing', code: 'InstallFailed', message: expect.stringContaining('the package script failed') }]);
    expect(node?.steps.filter((step) => step.step === 'holding' || step.step === 'draining')).toHaveLength(2);
    expect(await attemptsAt('node3')).toBe(1);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('is tried as often as allowed and not once more; then the node serves again, and each attempt is in the report', async () => {
    const [node] = (await world.run({ maxRetriesPerNode: 2 }, { nodes: ['node3'] })).nodes;
    expect(node).toMatchObject({ outcome: 'Failed', failure: { code: 'InstallFailed' }, kept: null, installed: 0, failed: 1 });
    expect(node?.attempts.map((attempt) => [attempt.step, attempt.code])).toEqual([1, 2, 3].map(() => ['installing', 'InstallFailed']));
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('counts against a budget over the whole run, also when nodes in between succeed', async () => {
    await world.offerNext((updates) =>
      updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { failsOn: ['node3', 'node4'] })),
    );
    const report = await world.run({ maxRetriesPerNode: 0, maxFailedNodes: 1, order: ['node3', 'node1', 'node4', 'node2'] });
    expect(report.nodes.map((node) => node.outcome)).toEqual(['Failed', 'Succeeded', 'Failed', 'Canceled']);
    expect(report.nodes[3]?.reason).toBe('2 nodes failed, 1 may');
  });
});

describe('a power cut that strikes a node after its restart, before it is a member again', () => {
  it('is an unplanned restart, too: it is said', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'kernel'));
    const handle = await world.start({}, { nodes: ['node3'] });
    await world.cluster.until((cluster) => cluster.nodes.some((node) => node.name === 'node3' && !node.online));
    // It has left for its restart; without its cable it does not become a member again, however quick it is.
    world.cluster.cut('node3');
    await world.until(handle, isAt('rejoining'));
    const boot = world.cluster.bootId('node3');
    await world.cluster.crash('node3');
    world.cluster.join('node3');
    world.cluster.powerOn('node3');
    const report = await world.report(handle);
    const [node] = report.nodes;
    expect(node).toMatchObject({ outcome: 'Succeeded', restarts: [{ to: boot }], kept: null });
    expect(node?.notes).toEqual([`node3 restarted by itself (boot ${boot} -> ${world.cluster.bootId('node3')}).`]);
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('fencing that strikes a node while it is drained', () => {
  it('is an unplanned restart: it is said, everything is asked anew on the new boot, and the node is updated', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
    world.cluster.refuseStop('web', 'node1', true);
    const boot = world.cluster.bootId('node1');
    const handle = await world.start({}, { nodes: ['node1'] });
    await world.until(handle, isOn('node1'));
    await world.cluster.until((cluster) => cluster.nodes.some((node) => node.name === 'node1' && node.unclean));
    world.cluster.refuseStop('web', 'node1', false);
    const [node] = (await world.report(handle)).nodes;
    expect(node).toMatchObject({ outcome: 'Succeeded', restarts: [], kept: null });
    expect(node?.notes).toEqual([`node1 restarted by itself (boot ${boot} -> ${world.cluster.bootId('node1')}).`]);
    expect((await world.cluster.installLog('node1')).filter((record) => record.bootId !== boot).map((record) => record.name)).toEqual(['app']);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});
