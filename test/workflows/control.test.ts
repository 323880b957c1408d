import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import { join } from 'node:path';
import { archivedReports } from '../../client/report-sources.js';
import { verifyRun } from '../../client/verify.js';
import { readMachineFile } from '../../clusters/simulated/model.js';
import { guardId, nodeWorkflowId } from '../../domain/names.js';
import type { PartialOptions } from '../../domain/options.js';
import { resetToLastTask, resetToStart } from '../helpers/reset-run.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await letGo();
});

const letGo = () => world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
/** Makes installations on node3, the first in the order, last until something else is on offer. Only `kernel` asks for a restart. */
const stall = async (name: 'agent' | 'kernel' = 'agent') =>
  world.offerNext((updates) => updates.filter((update) => update.name === name).map((update) => Object.assign(update, { endlessOn: ['node3'] })));
const isInstalling = (progress: { nodes: readonly { node: string; step: string | null }[] }) =>
  progress.nodes.some((node) => node.node === 'node3' && node.step === 'installing');
/** A run whose node3 is installing, until it is let go. */
async function startStalled(options: PartialOptions = {}): Promise<WorkflowHandle> {
  await stall();
  const handle = await world.start(options);
  await world.until(handle, isInstalling);
  return handle;
}

describe('a run that is told', () => {
  it('to pause begins no further node, says by whom and what to do, and goes on when it is resumed', async () => {
    const handle = await startStalled();
    expect(await world.say(handle, 'pause', { reason: 'lunch' })).toMatchObject({ accepted: true });
    await letGo();
    const paused = await world.until(handle, (progress) => progress.phase === 'paused');
    expect(paused.wait).toMatchObject({
      kind: 'resume',
      reason: 'paused by a test: lunch',
      next: expect.stringContaining('ends in order'),
      operatorCan: expect.stringContaining('"cau resume"'),
    });
    expect(Date.parse(paused.wait?.until ?? '') - Date.parse(paused.wait?.since ?? '')).toBeGreaterThan(23 * 3_600_000);
    const begun = paused.nodes.filter((node) => node.step !== null);
    expect(begun.map((node) => [node.node, node.outcome])).toEqual([['node3', expect.any(String)]]);
    expect(await world.say(handle, 'pause')).toMatchObject({ accepted: false, answer: 'already paused by a test' });
    expect(await world.say(handle, 'resume')).toMatchObject({ accepted: true });
    const report = await world.report(handle);
    expect(report.commands.map((answer) => [answer.command, answer.accepted])).toEqual([
      ['pause', true],
      ['pause', false],
      ['resume', true],
    ]);
    expect(report.nodes.slice(1).every((node) => node.outcome !== 'Canceled')).toBe(true);
  });

  it('to pause is not paused for ever: it ends in order when nobody resumes it in time, and the cluster is free again', async () => {
    const handle = await startStalled({ pauseTimeout: '500ms' });
    expect(await world.say(handle, 'pause', { reason: 'lunch' })).toMatchObject({ accepted: true, answer: expect.stringContaining('500ms at most') });
    await letGo();
    const report = await world.report(handle);
    const reason = 'paused by a test: lunch, and not resumed within 500ms (pauseTimeout)';
    expect(report.nodes.slice(1).map((node) => [node.outcome, node.reason])).toEqual([1, 2, 3].map(() => ['Canceled', reason]));
    expect(report.nodes[0]?.outcome).not.toBe('Canceled');
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('to stop after the node lets that one finish and cancels the others, with who and why', async () => {
    const handle = await startStalled();
    expect(await world.say(handle, 'stop', { reason: 'change freeze' })).toMatchObject({ accepted: true });
    await letGo();
    const report = await world.report(handle);
    expect(report.nodes.map((node) => node.outcome).slice(1)).toEqual(['Canceled', 'Canceled', 'Canceled']);
    expect(report.nodes[1]?.reason).toBe('stopped by a test: change freeze');
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('by "temporal workflow cancel" to end does so after its step: never in the middle of an installation, and nobody stays drained', async () => {
    await stall('kernel');
    const boot = world.cluster.bootId('node3');
    const handle = await world.start();
    await world.until(handle, isInstalling);
    await handle.cancel();
    await world.cluster.offer([{ name: 'kernel', version: '1.999', restart: true }]);
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ node: 'node3', restarts: [] });
    expect(report.nodes.slice(1).map((node) => node.outcome)).toEqual(['Canceled', 'Canceled', 'Canceled']);
    expect(world.cluster.bootId('node3')).toBe(boot);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('to skip a node leaves it out, unless it is begun', async () => {
    const handle = await startStalled();
    expect(await world.say(handle, 'skip', { node: 'node3' })).toMatchObject({ accepted: false, answer: 'node3 is begun or done already' });
    expect(await world.say(handle, 'skip', { node: 'node9' })).toMatchObject({ accepted: false, answer: expect.stringContaining('its nodes are') });
    expect(await world.say(handle, 'skip', { node: 'node1', reason: 'broken fan' })).toMatchObject({ accepted: true });
    const reason = 'left out by a test: broken fan';
    expect(await world.say(handle, 'skip', { node: 'node1' })).toMatchObject({ accepted: false, answer: `node1 is ${reason} already` });
    const shown = await world.until(handle, ({ commands }) => commands.length === 4);
    expect(shown.nodes.find(({ node }) => node === 'node1')).toMatchObject({ step: null, action: 'skip', detail: reason });
    await letGo();
    const report = await world.report(handle);
    expect(report.nodes.find((node) => node.node === 'node1')).toMatchObject({ outcome: 'Skipped', reason });
  });

  it('to skip a node and then to stop leaves it out by that word, and cancels the others', async () => {
    const handle = await startStalled();
    expect(await world.say(handle, 'skip', { node: 'node1' })).toMatchObject({ accepted: true });
    expect(await world.say(handle, 'stop')).toMatchObject({ accepted: true });
    await letGo();
    const { nodes } = await world.report(handle);
    const others = nodes.filter(({ node }) => node !== 'node3').map(({ node, outcome }) => `${node} ${outcome}`);
    expect(others.toSorted()).toEqual(['node1 Skipped', 'node2 Canceled', 'node4 Canceled']);
  });

  it('something malformed refuses it in its answers and is not disturbed', async () => {
    const handle = await startStalled();
    await handle.signal('stop', { by: 7 });
    await handle.signal('pause');
    const progress = await world.until(handle, (now) => now.commands.length === 2);
    expect(progress.commands.every((answer) => !answer.accepted)).toBe(true);
    expect(progress.commands[0]?.answer).toContain('by');
    await letGo();
    expect((await world.report(handle)).nodes.every((node) => node.outcome !== 'Canceled')).toBe(true);
  });
});

describe('a run that ends badly in the middle of an installation', () => {
  it('by "terminate" leaves nobody drained: the node ends in order, the guard cleans up and closes, and a new run works', async () => {
    const handle = await startStalled();
    await handle.terminate('by a test');
    const busy = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'] } }).catch((error: unknown) => error);
    expect(busy).toMatchObject({ code: 'ClusterBusy', message: expect.stringContaining('cleaning up after run') });
    await letGo();
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
    // The guard leaves what is known of it where its own report would be.
    const { stateDirectory } = readMachineFile(world.cluster.machineFile('node1'));
    const known = await archivedReports(join(stateDirectory, 'reports'), () => undefined).find(handle.workflowId);
    expect(known.nodes.map(({ node, outcome }) => `${node} ${outcome}`)).toEqual(['node3 Canceled', 'node4 Canceled', 'node1 Canceled', 'node2 Canceled']);
    expect(known.nodes[0]).toMatchObject({ installed: 1, inMaintenanceMs: expect.any(Number) });
    expect(known.readiness).toContainEqual(expect.objectContaining({ id: 'run.ended', message: expect.stringContaining('TERMINATED') }));
    const { findings } = await verifyRun(world.temporal, { cluster: world.name, workflowId: handle.workflowId, report: known });
    expect(findings.filter(({ state }) => state !== 'holds')).toEqual([]);
    expect((await world.run()).nodes.map((node) => node.outcome)).not.toContain('Canceled');
  });

  it('by "reset" takes over the node at work instead of working on it twice', async () => {
    const handle = await startStalled();
    await resetToStart(handle);
    const version = await letGo();
    const report = await world.report(world.temporal.client.workflow.getHandle(handle.workflowId));
    expect(report.nodes).toHaveLength(4);
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
    for (const node of ['node1', 'node2', 'node3', 'node4']) {
      const records = (await world.cluster.installLog(node)).filter((record) => record.version === version);
      expect(records.length, node).toBeLessThanOrEqual(1);
    }
    const next = await world.run();
    expect(next.nodes.every((node) => node.outcome === 'UpToDate' || node.outcome === 'Succeeded')).toBe(true);
  });

  it('by "reset" to its last step goes on with the node at work, ends, and lets its guard close', async () => {
    const handle = await startStalled();
    await resetToLastTask(handle);
    const version = await letGo();
    const report = await world.report(world.temporal.client.workflow.getHandle(handle.workflowId));
    expect(report.nodes.map((node) => node.outcome)).not.toContain('NeedsAttention');
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
    for (const node of ['node1', 'node2', 'node3', 'node4']) {
      const records = (await world.cluster.installLog(node)).filter((record) => record.version === version);
      expect(records.length, node).toBeLessThanOrEqual(1);
    }
    expect((await world.run()).nodes.every((node) => node.outcome === 'UpToDate' || node.outcome === 'Succeeded')).toBe(true);
  });

  it('by "reset" still lets a stop after the step reach the node at work', async () => {
    const handle = await startStalled({ clusterDuringInstall: 'keep' });
    await resetToStart(handle);
    const again = world.temporal.client.workflow.getHandle(handle.workflowId);
    await world.until(again, (progress) => progress.wait?.kind === 'adoption');
    await world.say(again, 'stop', { after: 'step' });
    await letGo();
    const report = await world.report(again);
    expect(report).toMatchObject({ outcome: 'Canceled' });
    expect(report.nodes.find((node) => node.node === 'node3')?.outcome).toBe('Canceled');
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('a node whose workflow is terminated', () => {
  it('ends the run in order, with no other node begun beside it, and is released by the guard', async () => {
    const handle = await startStalled();
    await world.temporal.client.workflow.getHandle(`cau/node/${world.name}/node3`).terminate('by a test');
    await letGo();
    const report = await world.report(handle);
    expect(report.nodes.find((node) => node.node === 'node3')?.outcome).toBe('NeedsAttention');
    const others = report.nodes.filter((node) => node.node !== 'node3');
    expect(others.map((node) => [node.outcome, node.reason])).toEqual(others.map(() => ['Canceled', expect.stringContaining('ended without a report')]));
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('a run of which everything is terminated at once', () => {
  it('leaves what a new run takes up: it waits in view for the installation that goes on, ends the hold, and works', async () => {
    const handle = await startStalled();
    const own = [handle, ...[guardId(world.name), nodeWorkflowId(world.name, 'node3')].map((id) => world.temporal.client.workflow.getHandle(id))];
    await Promise.all(own.map((one) => one.terminate('by a test')));
    const next = await world.start();
    const { wait } = await world.until(next, (progress) => progress.wait?.kind === 'release');
    expect(wait?.reason).toMatch(/^node3 cannot end its hold yet: /);
    await letGo();
    const report = await world.report(next);
    expect(report.outcome).toBe('Succeeded');
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
    expect(await world.brokenBy(report)).toEqual([]);
  });
});

describe('a run whose guard is terminated', () => {
  it('lets the node at work finish, begins no further one, and gives the lease back itself', async () => {
    const handle = await startStalled();
    await world.temporal.client.workflow.getHandle(guardId(world.name)).terminate('by a test');
    await letGo();
    const report = await world.report(handle);
    const [first, ...others] = report.nodes;
    expect(first).toMatchObject({ outcome: 'Succeeded', failure: null });
    for (const node of others) expect(node).toMatchObject({ outcome: 'Canceled', reason: expect.stringContaining('the guard of the cluster was lost') });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
    expect(await world.brokenBy(report)).toEqual([]);
    expect((await world.run()).nodes.map((node) => node.outcome)).not.toContain('Canceled');
  });
});

describe('a second run', () => {
  it('on a busy cluster is refused with the holder, its phase and since when', async () => {
    const handle = await startStalled();
    const failure = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'] } });
    expect(failure).toMatchObject({ code: 'ClusterBusy', where: handle.workflowId, facts: { holder: handle.workflowId, phase: 'updating' } });
    await letGo();
    await world.report(handle);
  });
});

describe('a workflow that only a run may start', () => {
  it.each([
    ['updateNode', (name: string) => nodeWorkflowId(name, 'node1')],
    ['clusterGuard', (name: string) => guardId(name)],
  ])('%s, refuses to be started by hand and touches nothing', async (type, idOf) => {
    const { cluster, name, temporal, taskQueue } = world;
    const run = { workflowId: 'by-hand', firstExecutionRunId: '0d3b5a52-3c2e-4d0a-9c5e-6f3f9b2f4a01' };
    const { defaultOptions } = await import('../../domain/options.js');
    const input =
      type === 'updateNode'
        ? { cluster: name, node: 'node1', run, members: ['node2'], options: defaultOptions, updates: [], limit: 1 }
        : { cluster: name, run };
    const handle = await temporal.client.workflow.start(type, { taskQueue, workflowId: idOf(name), args: [input] });
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'ForbiddenCaller' } });
    expect(expectAtRest(cluster)).toEqual(atRest);
  });
});
