/** `npm run histories`: records the history of every path anew, on a simulated cluster. Declared as tests, whose world it needs. */
import type { WorkflowHandle } from '@temporalio/client';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedUpdate } from '../../clusters/simulated/model.js';
import { partialOptionsSchema, type PartialOptions } from '../../domain/options.js';
import type { Report } from '../../domain/report.js';
import { resetToLastTask, resetToStart } from '../helpers/reset-run.js';
import { scriptsOf } from '../helpers/scripts.js';
import { createWorld, type World } from '../helpers/simulated-world.js';
import { recordRun } from './record-run.js';

const worked = ['node3', 'node4'];

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.offerNext());
afterAll(() => world.stop());

const record = (path: string, run: WorkflowHandle) => recordRun(world, worked, path, run);
const start = (options: PartialOptions = {}) => world.start(options, { nodes: worked });
const onlyApp = (change: Partial<SimulatedUpdate> = {}) =>
  world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, change)));

/** A run whose first node does not end its installation before something else is on offer. */
async function startStalled(options: PartialOptions = {}): Promise<WorkflowHandle> {
  await onlyApp({ endlessOn: worked });
  const handle = await start(options);
  await world.until(handle, (progress) => progress.nodes.some((node) => node.step === 'installing'));
  return handle;
}

async function ended(path: string, handle: WorkflowHandle): Promise<Report> {
  const report = await world.report(world.temporal.client.workflow.getHandle(handle.workflowId));
  await record(path, handle);
  return report;
}

describe('recorded', () => {
  it('success', async () => {
    expect((await ended('success', await start())).outcome).toBe('Succeeded');
  });

  it('nothing to do', async () => {
    await world.run();
    await world.untilFree();
    expect((await ended('nothing-to-do', await start())).outcome).toBe('UpToDate');
  });

  it('retry', async () => {
    await onlyApp();
    world.cluster.failUpdate('node3', 'app');
    const handle = await start();
    await world.until(handle, (progress) => progress.nodes.some((node) => node.node === 'node3' && node.step === 'installing'));
    await expect.poll(async () => (await world.cluster.halfInstalled('node3')).length).toBeGreaterThan(0);
    world.cluster.failUpdate('node3', 'app', false);
    expect((await ended('retry', handle)).nodes.flatMap((node) => node.attempts)).not.toEqual([]);
  });

  it('failed', async () => {
    await onlyApp();
    for (const node of worked) world.cluster.failUpdate(node, 'app');
    const report = await ended('failed', await start({ maxRetriesPerNode: 1 }));
    expect(report.outcome).not.toBe('Succeeded');
    for (const node of worked) world.cluster.failUpdate(node, 'app', false);
  });

  it('pause', async () => {
    const handle = await startStalled();
    await world.say(handle, 'pause');
    await onlyApp();
    await world.until(handle, (progress) => progress.phase === 'paused');
    await world.say(handle, 'resume');
    expect((await ended('pause', handle)).commands).toHaveLength(2);
  });

  it.each(['node', 'step'] as const)('stop after the %s', async (after) => {
    const handle = await startStalled();
    await world.say(handle, 'stop', { after });
    await onlyApp();
    expect((await ended(`stop-after-${after}`, handle)).outcome).not.toBe('Succeeded');
  });

  it('failed restart', async () => {
    const version = await world.offerNext((updates) => updates.filter((update) => update.name === 'kernel'));
    expect(version).not.toBe('');
    for (const node of worked) world.cluster.neverComesBack(node);
    const report = await ended('failed-restart', await start({ restartTimeout: '3s', quorumWait: '1s' }));
    const kept = report.nodes.filter((node) => node.kept !== null).map(({ node }) => node);
    expect(kept).toHaveLength(1);
    for (const node of kept) {
      world.cluster.powerOn(node);
      await world.cluster.until((cluster) => cluster.nodes.every((one) => one.online && !one.pending));
      world.cluster.operatorStandby(node, 'off');
    }
  });

  it('power cut', async () => {
    const handle = await startStalled({ clusterDuringInstall: 'keep' });
    const at = (await world.until(handle, (progress) => progress.nodes.some((node) => node.step === 'installing'))).nodes.find(
      (node) => node.step === 'installing',
    )?.node;
    await expect.poll(() => world.cluster.halfInstalled(at ?? '')).toEqual(['app']);
    await world.cluster.crash(at ?? '');
    for (const node of worked) world.cluster.endlessUpdate(node, 'app', false);
    expect((await ended('power-cut', handle)).nodes.flatMap((node) => node.notes).join()).toContain('restarted by itself');
  });

  it('adoption', async () => {
    const handle = await startStalled();
    await resetToStart(handle);
    await onlyApp();
    expect((await ended('adoption', handle)).nodes.map((node) => node.outcome)).not.toContain('NeedsAttention');
  });

  it('reset to its last step', async () => {
    const handle = await startStalled();
    await resetToLastTask(handle);
    await onlyApp();
    expect((await ended('reset-to-last-step', handle)).nodes.map((node) => node.outcome)).not.toContain('NeedsAttention');
  });

  it('failback immediate', async () => {
    expect((await ended('failback-immediate', await start({ failback: 'immediate' }))).outcome).toBe('Succeeded');
  });

  it('approval, a window, and a node that is skipped', async () => {
    await onlyApp();
    const window = { end: Temporal.Now.plainDateTimeISO('UTC').add({ hours: 2 }).toString({ smallestUnit: 'minute' }), timeZone: 'UTC' };
    const handle = await start({ approval: 'firstNode', window, order: worked });
    await world.until(handle, ({ phase, wait }) => phase === 'awaitingApproval' && wait !== null);
    await world.say(handle, 'skip', { node: 'node4' });
    await world.say(handle, 'approve');
    expect((await ended('approval-window-skip', handle)).nodes.map((node) => node.outcome)).toEqual(['Succeeded', 'Skipped']);
  });

  it('hooks and gates', async () => {
    const scripts = scriptsOf(world.cluster);
    await scripts.put('is-open', 'test -e $DIR/open', worked);
    await scripts.put('tell', 'echo told', worked);
    await scripts.put('fail', 'echo "not today"; exit 3', worked);
    await onlyApp();
    const gates = [
      { name: 'calm', kind: 'cluster', when: 'both' },
      { name: 'door', kind: 'command', script: 'is-open', when: 'before', timeout: '4s' },
    ] as const;
    const options = {
      gates: partialOptionsSchema.parse({ gates }).gates ?? [],
      preUpdateScript: 'tell',
      postUpdateScript: 'fail',
      hookFailureCounts: false,
      maxFailedNodes: 1,
    };
    await scripts.put('../open', '', ['node4']);
    const report = await ended('hooks-and-gates', await start({ ...options, order: worked }));
    expect(report.nodes.map(({ outcome, failure }) => [outcome, failure?.code])).toEqual([
      ['Failed', 'GateFailed'],
      ['Succeeded', undefined],
    ]);
  });

  it('terminated', async () => {
    const handle = await startStalled();
    await handle.terminate('by a test');
    await onlyApp();
    expect(await record('terminated', handle)).toBe(3);
  });
});
