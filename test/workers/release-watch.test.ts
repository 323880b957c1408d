import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMachineFile } from '../../clusters/simulated/model.js';
import { guardId, nodeWorkflowId } from '../../domain/names.js';
import { startOwnTemporal, type OwnTemporal } from '../helpers/own-temporal.js';
import { atRest, createWorld, expectAtRest, nodes, type World } from '../helpers/simulated-world.js';

let temporal: OwnTemporal;
let world: World;
beforeAll(async () => {
  temporal = await startOwnTemporal();
  world = await createWorld({}, { address: temporal.address });
});
afterAll(async () => {
  await world.stop();
  await temporal.stop();
});

/** A run whose first node, node3, is in an installation that lasts until `letGo`. */
async function startStalled(options: Parameters<World['start']>[0] = {}): Promise<WorkflowHandle> {
  await world.offerNext((updates) => updates.filter((update) => update.name === 'agent').map((update) => Object.assign(update, { endlessOn: ['node3'] })));
  const handle = await world.start(options);
  await world.until(handle, (progress) => progress.nodes.some((node) => node.node === 'node3' && node.step === 'installing'));
  return handle;
}
const letGo = () => world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
const terminate = (workflowId: string) => world.temporal.client.workflow.getHandle(workflowId).terminate('by a test');

/** What the node's own worker wrote down about holds, oldest first. */
async function recordsOf(node: string): Promise<{ event: string; why?: string; message?: string; run?: { workflowId: string } }[]> {
  const { stateDirectory } = readMachineFile(world.cluster.machineFile(node));
  const lines = (await readFile(join(stateDirectory, 'machine.log'), 'utf8')).split('\n');
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as never);
}
/** What it did to itself; the lease may be dropped by any node. */
const eventsAbout = async (node: string, handle: WorkflowHandle) =>
  (await recordsOf(node)).filter((record) => record.run?.workflowId === handle.workflowId && record.event !== 'lease dropped').map((record) => record.event);
const untilSaid = (node: string, words: RegExp) =>
  expect.poll(async () => (await recordsOf(node)).map((record) => record.message ?? '').join('\n'), { timeout: 30_000 }).toMatch(words);
const isHeld = (node: string) => world.cluster.description().nodes.some((one) => one.name === node && one.hold !== null);

async function expectAllServing(): Promise<void> {
  await world.cluster.until((cluster) => cluster.lease === null && cluster.idle && cluster.nodes.every((node) => node.online && node.hold === null), 60_000);
  await expect.poll(() => expectAtRest(world.cluster), { timeout: 20_000 }).toEqual(atRest);
}

async function expectNextRunWorks(): Promise<void> {
  const version = await letGo();
  const report = await world.run();
  expect(report.nodes.map((node) => node.outcome)).toEqual(['Succeeded', 'Succeeded', 'Succeeded', 'Succeeded']);
  for (const node of nodes) {
    expect((await world.cluster.installLog(node)).filter((record) => record.name === 'app' && record.version === version)).toHaveLength(1);
  }
}

describe('in the middle of an installation', () => {
  it.each(['keep', 'stop'] as const)(
    'everything of the cluster terminated at once ends with every node serving, after the installation and not before (cluster stack: %s)',
    async (clusterDuringInstall) => {
      const handle = await startStalled({ clusterDuringInstall });
      for (const workflowId of [guardId(world.name), nodeWorkflowId(world.name, 'node3'), handle.workflowId]) await terminate(workflowId);
      await untilSaid('node3', /node3 is busy with/);
      expect(isHeld('node3')).toBe(true);
      // Nobody takes the node from under the installation: not the next run either.
      expect(await world.refusal({ cluster: world.name, options: { plugins: ['simulated'] } })).toMatchObject({
        code: 'ClusterBusy',
        where: handle.workflowId,
      });
      await letGo();
      await expectAllServing();
      expect(await eventsAbout('node3', handle)).toEqual([...(clusterDuringInstall === 'stop' ? ['cluster stack started'] : []), 'node released']);
      expect((await Promise.all(nodes.map((node) => eventsAbout(node, handle)))).flat()).not.toContain('node kept');
      await expectNextRunWorks();
    },
  );

  it("the loss of all of Temporal's data ends with every node serving after releaseAfter, and a new run says until when it waits", async () => {
    const handle = await startStalled({ releaseAfter: '30s' });
    await temporal.loseData();
    await temporal.start();
    await untilSaid('node3', new RegExp(`knows no run ${handle.workflowId}`));
    await letGo();
    const busy = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'] } });
    expect(busy).toMatchObject({
      code: 'ClusterBusy',
      where: handle.workflowId,
      message: expect.stringMatching(
        /node3 of cluster \S+ is held by run \S+, which Temporal does not know\. It is so since \S+Z; it ends by itself at \S+Z\./,
      ),
      remedy: `"cau recover ${world.name} --apply" ends it now.`,
    });
    await expectAllServing();
    expect(await eventsAbout('node3', handle)).toContain('node released');
    await expectNextRunWorks();
  });

  it('Temporal away for less than releaseAfter changes nothing: the run goes on and ends well', async () => {
    const handle = await startStalled({ releaseAfter: '1h' });
    await temporal.kill();
    await untilSaid('node3', /Temporal does not answer about run/);
    await letGo();
    await temporal.start();
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ node: 'node3', outcome: 'Succeeded' });
    await world.untilFree();
    await expectAllServing();
    expect(await eventsAbout('node3', handle)).not.toContain('node released');
  });

  it('Temporal away for longer ends with every node serving; the run that is back installs nothing more on a node that serves', async () => {
    const handle = await startStalled({ releaseAfter: '5s', clusterDuringInstall: 'stop', maxFailedNodes: 0 });
    await temporal.kill();
    // `agent` reveals `lib`: a second pass would be due after this installation.
    const version = await world.offerNext((updates) => updates.filter((update) => update.name !== 'kernel' && update.name !== 'app'));
    await expectAllServing();
    await temporal.start();
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ node: 'node3', outcome: 'Failed', failure: { code: 'HoldBroken' } });
    expect((await world.cluster.installLog('node3')).filter((record) => record.name === 'lib' && record.version === version)).toEqual([]);
    await world.untilFree();
    await expectAllServing();
    await expectNextRunWorks();
  });
});

describe('a node that was kept', () => {
  it('by a run that Temporal does not know any more stays so; the next run takes no other out beside it until a person says that it is well', async () => {
    await letGo();
    world.cluster.refuseStop('web', 'node1', true);
    const report = await world.run({ releaseAfter: '1s' }, { nodes: ['node1'] });
    expect(report.nodes[0]).toMatchObject({ outcome: 'NeedsAttention', kept: expect.stringContaining('web') });
    world.cluster.refuseStop('web', 'node1', false);
    await temporal.loseData();
    await temporal.start();
    const next = await world.run({ quorumWait: '1s' }, { nodes: ['node1', 'node3'] });
    expect(next.nodes.map((node) => [node.node, node.outcome])).toEqual([
      ['node3', 'Failed'],
      ['node1', 'Skipped'],
    ]);
    expect(next.nodes[0]?.failure).toMatchObject({ code: 'QuorumAtRisk', message: expect.stringContaining('node1, kept in maintenance mode') });
    expect(world.cluster.description().nodes[0]?.hold?.kept).toContain('web');
    world.cluster.operatorStandby('node1', 'off');
    // The node clears what is left of the hold by itself, since nobody knows its run.
    await world.cluster.until((cluster) => cluster.nodes.every((node) => node.hold === null), 60_000);
    const last = await world.run({}, { nodes: ['node3'] });
    expect(last.outcome).toBe('Succeeded');
  });
});
