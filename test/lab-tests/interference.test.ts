import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientFailure } from '../../client/failures.js';
import { guardId, nodeWorkflowId } from '../../domain/names.js';
import { startOwnTemporal, type OwnTemporal } from '../helpers/own-temporal.js';
import { slowFile } from '../lab/repository.js';
import { nodeAddress } from '../lab/place.js';
import { createLabWorld, isIn, type LabWorld } from './lab-world.js';
import { askEach } from './one-question.js';
import { tracesInCib } from './proof.js';
import { beside, chosen, size } from './size.js';

let temporal: OwnTemporal;
let world: LabWorld;
beforeAll(async () => {
  temporal = await startOwnTemporal();
  world = await createLabWorld({ nodes: size, offers: [] }, temporal.address);
});
afterAll(async () => {
  await world.stop();
  await temporal.stop();
});

const both = [chosen, beside];
/** Of a run that was terminated the nodes and the cluster tell that every promise was kept, but for its report, which there is none of. */
const onlyItsReport = [expect.stringMatching(/^report\.true cannotTell: there is no report: the run ended TERMINATED/)];
/** Of two nodes one is alone while the stack of the other is stopped for its installation: a run that begins meanwhile is refused for that. */
const aloneCode = 'NotReady';
const isInstalling = (node: string) => isIn(node, 'installing');
const standbyNodes = () => world.standbyNodes();
const letGo = (node: string) => world.lab.exec(node, 'rm', '-f', slowFile);
/** From now on an update stalls on the node until it is let go; answers its version. */
const stall = async (node: string): Promise<string> => {
  const version = await world.lab.offerSlow();
  await world.lab.exec(node, 'touch', slowFile);
  return version;
};

describe('an operator who lifts the standby in the middle of an installation', () => {
  it('ends the work on that node: HoldBroken, nothing is restarted, and his word stays', async () => {
    const { lab } = world;
    await stall(chosen);
    const boot = await lab.bootId(chosen);
    const handle = await world.start({ clusterDuringInstall: 'keep' }, { nodes: [chosen] });
    await world.until(handle, isInstalling(chosen));
    // A restart would be due after this installation.
    await lab.exec(chosen, 'touch', '/run/reboot-required');
    await lab.exec('node1', 'crm_standby', '-N', chosen, '-D');
    await letGo(chosen);
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Failed', failure: { code: 'HoldBroken', where: chosen }, restarts: [] });
    expect(await lab.bootId(chosen)).toBe(boot);
    expect(await standbyNodes()).toEqual([]);
    expect(await tracesInCib(lab)).toEqual([]);
    await lab.exec(chosen, 'rm', '-f', '/run/reboot-required');
    expect(await world.complaintsAbout(report)).toEqual([]);
  });
});

// With one node of two in standby the other has to serve.
describe.skipIf(size === 2)('nodes that an operator puts in standby', () => {
  it('before a run and while it works on another are left alone, and stay so', async () => {
    const { lab } = world;
    await world.putInStandby('node4');
    const order = ['node3', 'node4', 'node1'];
    const { handle, letGo } = await world.startStalled('node3', { order }, { nodes: order });
    await world.putInStandby('node1');
    await letGo();
    const report = await world.report(handle);
    expect(report).toMatchObject({ outcome: 'Succeeded', failure: null });
    expect(Object.fromEntries(report.nodes.map((node) => [node.node, node]))).toMatchObject({
      node3: { outcome: 'Succeeded', installed: 1 },
      node4: { outcome: 'Skipped', installed: 0, inMaintenanceMs: null },
      node1: { outcome: 'Skipped', installed: 0, inMaintenanceMs: null, failure: { code: 'RefusedByOperator' } },
    });
    expect(await standbyNodes()).toEqual(['node1', 'node4']);
    expect(await tracesInCib(lab)).toEqual([]);
    for (const node of ['node1', 'node4']) await lab.exec('node1', 'crm_standby', '-N', node, '-D');
    await lab.waitSettled();
    expect(await world.complaintsAbout(report)).toEqual([]);
  });
});

describe('a run that ends badly in the middle of an installation', () => {
  it('by "terminate" ends with every node serving, the guard closed, and a new run that works', async () => {
    const { lab } = world;
    await stall(chosen);
    const handle = await world.start({ order: both }, { nodes: both });
    await world.until(handle, isInstalling(chosen));
    await handle.terminate('by a lab test');
    const busy = await (await world.start({}, { nodes: [beside] })).result().catch((error: unknown) => clientFailure(error));
    expect(busy).toMatchObject({ code: 'ClusterBusy', message: expect.stringContaining('cleaning up after run') });
    await letGo(chosen);
    await world.untilFree();
    await lab.waitSettled();
    expect(await standbyNodes()).toEqual([]);
    expect(await tracesInCib(lab)).toEqual([]);
    expect(await world.complaintsAbout({ run: handle })).toEqual(onlyItsReport);
    const report = await world.report(await world.start({}, { nodes: both }));
    expect(report.nodes.map((node) => [node.node, node.outcome])).toEqual(
      expect.arrayContaining([
        [chosen, 'UpToDate'],
        [beside, 'Succeeded'],
      ]),
    );
    expect(await world.complaintsAbout(report)).toEqual([]);
  });

  it('by "reset" ends with every node serving, the guard closed, nothing installed twice, and a new run that works', async () => {
    const { lab } = world;
    const offered = await stall(chosen);
    const handle = await world.start({ order: both }, { nodes: both });
    await world.until(handle, isInstalling(chosen));
    const history = await handle.fetchHistory();
    const completed =
      history.events?.filter((event) => event.workflowTaskCompletedEventAttributes !== undefined && event.workflowTaskCompletedEventAttributes !== null) ?? [];
    await world.temporal.client.workflowService.resetWorkflowExecution({
      namespace: world.temporal.namespace,
      workflowExecution: { workflowId: handle.workflowId },
      workflowTaskFinishEventId: completed[0]?.eventId ?? null,
      reason: 'by a lab test',
      requestId: handle.workflowId,
    });
    await letGo(chosen);
    const reset = await world.report(world.temporal.client.workflow.getHandle(handle.workflowId)).catch((error: unknown) => clientFailure(error));
    await world.untilFree();
    await lab.waitSettled();
    expect(await standbyNodes()).toEqual([]);
    expect(await tracesInCib(lab)).toEqual([]);
    for (const node of both) {
      const times = (await lab.installations(node)).filter(({ name, version }) => name === 'cau-demo-slow' && version === offered);
      expect(times.length, node).toBeLessThanOrEqual(1);
    }
    if ('code' in reset) expect([size, reset.code]).toEqual([2, aloneCode]);
    else expect(await world.complaintsAbout(reset)).toEqual([]);
    const report = await world.report(await world.start({}, { nodes: both }));
    expect(report.nodes.every((node) => node.outcome === 'UpToDate' || node.outcome === 'Succeeded')).toBe(true);
    expect(await world.complaintsAbout(report)).toEqual([]);
  });
});

describe('an installation whose run vanishes without anybody left to clean up', () => {
  const atWork = async (node: string) =>
    (await world.lab.exec(node, 'systemctl', 'list-units', '--plain', '--no-legend', 'cau-operation-*')).includes('running');
  const expectServing = async () => {
    await expect.poll(() => tracesInCib(world.lab, 'node1'), { timeout: 120_000 }).toEqual([]);
    await world.lab.waitSettled(120_000);
    expect(await standbyNodes()).toEqual([]);
  };

  it('because run, guard and node are terminated at once: apt ends in peace, then the node starts its stack and serves; a new run works', async () => {
    const { lab } = world;
    const offered = await stall(chosen);
    const handle = await world.start({}, { nodes: [chosen] });
    await world.until(handle, isInstalling(chosen));
    await expect.poll(() => atWork(chosen), { timeout: 30_000 }).toBe(true);
    for (const workflowId of [guardId(lab.place.name), nodeWorkflowId(lab.place.name, chosen), handle.workflowId])
      await world.temporal.client.workflow.getHandle(workflowId).terminate('by a lab test');
    const busy = await (await world.start({}, { nodes: [beside] })).result().catch((error: unknown) => clientFailure(error));
    expect(busy).toMatchObject(size === 2 ? { code: aloneCode } : { code: 'ClusterBusy', message: expect.stringContaining(`${chosen} is busy with`) });
    expect(await atWork(chosen)).toBe(true);
    expect(await tracesInCib(lab)).toContain(`cau-hold-${chosen.slice('node'.length)}`);
    await letGo(chosen);
    await expectServing();
    expect((await lab.installations(chosen)).filter(({ name, version }) => name === 'cau-demo-slow' && version === offered)).toHaveLength(1);
    expect(await world.complaintsAbout({ run: handle })).toEqual(onlyItsReport);
    const report = await world.report(await world.start({}, { nodes: both }));
    expect(report.nodes.map((node) => node.outcome).toSorted()).toEqual(['Succeeded', 'UpToDate']);
    expect(await world.complaintsAbout(report)).toEqual([]);
  });

  it("because Temporal's data is lost: after releaseAfter the node serves, and a new run works", async () => {
    await stall(chosen);
    const handle = await world.start({ releaseAfter: '20s' }, { nodes: [chosen] });
    await world.until(handle, isInstalling(chosen));
    // The step may be on its way to the node; what never arrived there would be lost with the data.
    await expect.poll(() => atWork(chosen), { timeout: 30_000 }).toBe(true);
    await temporal.loseData();
    await temporal.start();
    await letGo(chosen);
    await expectServing();
    const report = await world.report(await world.start({}, { nodes: both }));
    expect(report.nodes.map((node) => node.outcome).toSorted()).toEqual(['Succeeded', 'UpToDate']);
    expect(await world.complaintsAbout(report)).toEqual([]);
  });
});

// One of two nodes that is cut off has quorum all the same.
describe.skipIf(size === 2)('a node that is cut off from its peers but still reaches Temporal', () => {
  it('refuses every cluster verb for want of quorum and changes no CIB; the others take nobody out meanwhile', async () => {
    const { lab } = world;
    // With fencing it would be gone at once; here it must live on, alone.
    await lab.exec('node1', 'crm_attribute', '--type', 'crm_config', '--name', 'stonith-enabled', '--update', 'false');
    await lab.offerSlow();
    const peers = ['node1', 'node2', 'node3'].map((node) => nodeAddress(lab.place, node));
    for (const peer of peers) await lab.exec('node4', 'ip', 'route', 'add', 'blackhole', peer);
    const alone = async () => (await lab.exec('node4', 'crm_mon', '-1', '--output-as=xml')).includes('with_quorum="false"');
    await expect.poll(alone, { timeout: 30_000 }).toBe(true);
    await expect
      .poll(async () => (await lab.exec('node1', 'crm_mon', '-1', '--output-as=xml')).match(/<node name="node4"[^>]*online="(\w+)"/)?.[1], { timeout: 30_000 })
      .toBe('false');
    const configuration = async () => / epoch="(\d+)"/.exec(await lab.exec('node4', 'cibadmin', '--query', '--local'))?.[1];
    const epoch = await configuration();
    const run = { workflowId: `cau/run/${lab.place.name}/alone`, firstExecutionRunId: randomUUID() };
    const answers = await askEach(world, 'node4', {
      describeCluster: {},
      predictMoves: { order: ['node4'] },
      takeLease: { run, releaseAfter: '30m' },
      holdNode: { held: 'node4', run, limit: 1, releaseAfter: '30m' },
      keepNode: { held: 'node4', run, reason: 'by a lab test' },
      releaseNode: { held: 'node4', run },
      dropLease: { run },
    });
    expect(answers).toEqual(answers.map(() => expect.objectContaining({ code: 'NoQuorumHere', message: expect.stringMatching(/quorum/), where: 'node4' })));
    expect(await configuration()).toBe(epoch);
    // Two of four votes would be left: nobody may be taken out, and the run says so without touching anybody.
    const report = await world.report(await world.start({ quorumWait: '2s' }, { nodes: ['node1'] }));
    expect(report.nodes[0]).toMatchObject({ outcome: 'Failed', failure: { code: 'QuorumAtRisk' } });
    expect(await configuration()).toBe(epoch);
    for (const peer of peers) await lab.exec('node4', 'ip', 'route', 'del', 'blackhole', peer);
    await lab.waitSettled(60_000);
    expect(await tracesInCib(lab)).toEqual([]);
    expect(await world.complaintsAbout(report)).toEqual([]);
    await lab.exec('node1', 'crm_attribute', '--type', 'crm_config', '--name', 'stonith-enabled', '--update', 'true');
  });
});
