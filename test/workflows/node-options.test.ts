import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedUpdate } from '../../clusters/simulated/model.js';
import type { Plan } from '../../domain/plan.js';
import type { Report } from '../../domain/report.js';
import { atRest, createWorld, expectAtRest, nodes, type World } from '../helpers/simulated-world.js';
import { usualPackages } from '../helpers/usual-cluster.js';

let world: World;
beforeAll(async () => {
  world = await createWorld(
    {
      packages: { ...usualPackages, firmware: '1.0' },
      roles: [
        { id: 'web', kind: 'primitive', prefers: 'node1' },
        { id: 'db', kind: 'promotable', prefers: 'node2', copies: ['node2', 'node4'] },
        { id: 'shop', kind: 'clone' },
        // One that can run nowhere else.
        { id: 'licence', kind: 'promotable', copies: ['node3'] },
      ],
    },
    { nodeConfiguration: () => 'nodeWorker:\n  plugins: [simulated, simulated-firmware]\n' },
  );
});
afterAll(() => world.stop());
beforeEach(() => world.offerNext(only('app')));

const only = (name: string) => (updates: SimulatedUpdate[]) => updates.filter((update) => update.name === name);
const nodeOf = (name: string) => world.cluster.description().nodes.find((node) => node.name === name);
const servesOn = (role: string) =>
  world.cluster
    .description()
    .roles.find((one) => one.id === role)
    ?.instances.filter((instance) => instance.state !== 'Stopped')
    .map((instance) => instance.node);
const resultOf = (report: Report, node: string) => report.nodes.find((one) => one.node === node);
const stepsOf = (report: Report, node: string) => resultOf(report, node)?.steps.map((step) => step.step) ?? [];

describe('includeStandby', () => {
  it('updates a node that an operator has in standby, also through a restart, and leaves his standby as it was', async () => {
    await world.offerNext(only('kernel'));
    world.cluster.operatorStandby('node4', 'on');
    await world.cluster.until((cluster) => cluster.idle);
    const report = await world.run({ includeStandby: true }, { nodes: ['node4'] });
    expect(resultOf(report, 'node4')).toMatchObject({ outcome: 'Succeeded', installed: 1, moves: [] });
    expect(report.nodes[0]?.restarts).toHaveLength(1);
    expect(nodeOf('node4')).toMatchObject({ standbyBy: 'operator', standby: true, hold: null });
    expect(await world.brokenBy(report)).toEqual([]);
    world.cluster.operatorStandby('node4', 'off');
    await world.cluster.until((cluster) => cluster.idle && cluster.promotionScores.length === 3);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('ends the work on the node when he lifts it meanwhile: his word is final', async () => {
    await world.offerNext((updates) => only('kernel')(updates).map((update) => Object.assign(update, { endlessOn: ['node4'] })));
    world.cluster.operatorStandby('node4', 'on');
    const boot = world.cluster.bootId('node4');
    const handle = await world.start({ includeStandby: true }, { nodes: ['node4'] });
    await world.until(handle, (progress) => progress.nodes.some((node) => node.step === 'installing'));
    world.cluster.operatorStandby('node4', 'off');
    world.cluster.endlessUpdate('node4', 'kernel', false);
    expect(resultOf(await world.report(handle), 'node4')).toMatchObject({ outcome: 'Failed', failure: { code: 'HoldBroken' }, restarts: [] });
    expect(world.cluster.bootId('node4')).toBe(boot);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('updates', () => {
  it('where they are security updates, installs these alone, also in its last look, and says what it kept back', async () => {
    const version = await world.offerNext((updates) =>
      updates.filter(({ name }) => name === 'app' || name === 'agent').map((update) => (update.name === 'app' ? { ...update, security: true } : update)),
    );
    const before = await world.cluster.installedVersions('node1');
    const handle = await world.start({ updates: 'security' }, { nodes: ['node1'] });
    const report = await world.report(handle);
    expect(resultOf(report, 'node1')).toMatchObject({ outcome: 'Succeeded', installed: 1, restarts: [] });
    expect(await world.cluster.installedVersions('node1')).toEqual({ ...before, app: version });
    const plan = await handle.query<Plan>('plan');
    expect(plan.nodes.find(({ node }) => node === 'node1')?.keptBack).toEqual(['agent: no security update']);
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('allowOutage', () => {
  it('is asked for where a role has no other place: without it the node is not touched', async () => {
    const report = await world.run({ quorumWait: '500ms' }, { nodes: ['node3'] });
    expect(report.failure).toMatchObject({ code: 'QuorumAtRisk', message: expect.stringContaining('role "licence" would serve nowhere') });
    expect(resultOf(report, 'node3')?.inMaintenanceMs).toBeNull();
  });

  it('lets that role be down while its node is away, says so, and has it back at the end', async () => {
    const report = await world.run({ allowOutage: true }, { nodes: ['node3'] });
    expect(resultOf(report, 'node3')).toMatchObject({
      outcome: 'Succeeded',
      notes: ['Role "licence" has no other place and is down while node3 is away (allowOutage).'],
    });
    expect(servesOn('licence')).toEqual(['node3']);
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('never lets the others lose their quorum', async () => {
    world.cluster.neverComesBack('node1');
    await world.cluster.crash('node1');
    await world.cluster.until((cluster) => cluster.idle && cluster.nodes.some((node) => node.name === 'node1' && !node.online && !node.unclean));
    const report = await world.run({ allowOutage: true, quorumWait: '500ms' }, { nodes: ['node4'] });
    world.cluster.powerOn('node1');
    expect(report.failure).toMatchObject({ code: 'QuorumAtRisk', message: expect.stringContaining('votes') });
    expect(resultOf(report, 'node4')?.inMaintenanceMs).toBeNull();
    await world.cluster.until((cluster) => cluster.idle && cluster.nodes.every((node) => node.online));
  });
});

describe('forceDrain', () => {
  /** The role leaves its node and can be started nowhere else. That it has left must be seen within `drainTimeout`, also on a busy machine. */
  const refuseElsewhere = (isRefused: boolean) => {
    for (const node of nodes.filter((one) => one !== 'node1')) world.cluster.refuseStart('web', node, isRefused);
  };

  it('is off: a role that comes up nowhere else ends the drain, and the node is not updated', async () => {
    refuseElsewhere(true);
    const report = await world.run({ drainTimeout: '3s', settleTimeout: '1s' }, { nodes: ['node1'] });
    refuseElsewhere(false);
    expect(resultOf(report, 'node1')).toMatchObject({
      outcome: 'Failed',
      failure: { code: 'DrainFailed', message: expect.stringContaining('"web" serves nowhere') },
    });
    expect(resultOf(report, 'node1')?.installed).toBe(0);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('goes on after drainTimeout although the role is down, says so, and has it back at the end', async () => {
    refuseElsewhere(true);
    const report = await world.run({ drainTimeout: '3s', forceDrain: true }, { nodes: ['node1'] });
    refuseElsewhere(false);
    expect(resultOf(report, 'node1')).toMatchObject({ outcome: 'Succeeded', notes: [expect.stringContaining('Role "web" served nowhere')] });
    expect(servesOn('web')).toEqual(['node1']);
    expect(await world.brokenBy(report)).toEqual([]);
  });

  it('never goes past a stop that failed: the node is kept', async () => {
    world.cluster.refuseStop('web', 'node1', true);
    const report = await world.run({ drainTimeout: '1s', forceDrain: true }, { nodes: ['node1'] });
    expect(resultOf(report, 'node1')).toMatchObject({ outcome: 'NeedsAttention', failure: { code: 'DrainFailed', where: 'web' }, installed: 0 });
    world.cluster.refuseStop('web', 'node1', false);
    world.cluster.operatorStandby('node1', 'off');
    await world.run({}, { nodes: ['node1'] });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('never goes past what still runs on the node', async () => {
    world.cluster.slowStop('web', 120_000);
    const handle = await world.start({ drainTimeout: '1s', forceDrain: true }, { nodes: ['node1'] });
    await world.until(handle, (progress) => progress.nodes.some(({ step }) => step === 'settling'));
    world.cluster.slowStop('web', 0);
    const report = await world.report(handle);
    expect(resultOf(report, 'node1')).toMatchObject({ outcome: 'Failed', failure: { code: 'DrainFailed' }, installed: 0 });
    await world.cluster.until((cluster) => cluster.idle);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('drainWhen', () => {
  it('restartExpected leaves the roles on a node whose updates ask for no restart, while the node is marked as being worked on', async () => {
    await world.offerNext((updates) => only('app')(updates).map((update) => Object.assign(update, { endlessOn: ['node1'] })));
    const handle = await world.start({ drainWhen: 'restartExpected' }, { nodes: ['node1'] });
    await world.until(handle, (progress) => progress.nodes.some((node) => node.step === 'installing'));
    expect(nodeOf('node1')).toMatchObject({ standby: false, hold: { standby: 'none', intact: true } });
    expect(servesOn('web')).toEqual(['node1']);
    world.cluster.endlessUpdate('node1', 'app', false);
    const report = await world.report(handle);
    expect(resultOf(report, 'node1')).toMatchObject({
      outcome: 'Succeeded',
      installed: 1,
      moves: [],
      notes: ['Its roles were left on it (drainWhen restartExpected).'],
    });
    expect(stepsOf(report, 'node1')).not.toContain('draining');
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('restartExpected drains a node that is to restart', async () => {
    await world.offerNext(only('kernel'));
    const report = await world.run({ drainWhen: 'restartExpected' }, { nodes: ['node1'] });
    expect(resultOf(report, 'node1')).toMatchObject({ outcome: 'Succeeded', notes: [], moves: [{ role: 'web' }, { role: 'web' }] });
    expect(stepsOf(report, 'node1')).toContain('draining');
    expect(await world.brokenBy(report)).toEqual([]);
  });

  it('restartExpected drains before what turns up later: an update that asks for a restart, revealed by another one', async () => {
    await world.offerNext((updates) =>
      updates.filter((update) => update.name === 'agent' || update.name === 'lib').map((update) => Object.assign(update, { restart: update.name === 'lib' })),
    );
    const report = await world.run({ drainWhen: 'restartExpected' }, { nodes: ['node1'] });
    const node = resultOf(report, 'node1');
    expect(node).toMatchObject({ outcome: 'Succeeded', installed: 2, restarts: [{}], moves: [{ role: 'web' }, { role: 'web' }] });
    const steps = stepsOf(report, 'node1');
    expect(steps.indexOf('installing')).toBeLessThan(steps.indexOf('draining'));
    expect(steps.indexOf('draining')).toBeLessThan(steps.lastIndexOf('installing'));
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('never installs while roles run there, and lets a restart move them when the stack stops in order', async () => {
    await world.offerNext(only('kernel'));
    const report = await world.run({ drainWhen: 'never', allowOutage: true }, { nodes: ['node1'] });
    expect(resultOf(report, 'node1')).toMatchObject({ outcome: 'Succeeded', installed: 1, restarts: [{}], moves: [{ role: 'web' }, { role: 'web' }] });
    expect(stepsOf(report, 'node1')).not.toContain('draining');
    expect(world.cluster.description().failedActions).toEqual([]);
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('restartWhen: always', () => {
  it('restarts every node once, also where there is nothing to install', async () => {
    await world.cluster.offer([]);
    const boots = ['node1', 'node2'].map((node) => world.cluster.bootId(node));
    const report = await world.run({ restartWhen: 'always' }, { nodes: ['node1', 'node2'] });
    expect(report.nodes.map(({ outcome, installed, restarts }) => [outcome, installed, restarts.length])).toEqual([1, 2].map(() => ['Succeeded', 0, 1]));
    expect(['node1', 'node2'].map((node) => world.cluster.bootId(node)).some((boot) => boots.includes(boot))).toBe(false);
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('several plug-ins', () => {
  const plugins = ['simulated', 'simulated-firmware'];
  let version = 1;
  const offer = (change: (update: SimulatedUpdate) => SimulatedUpdate) =>
    world.offerNext((updates) => {
      version += 1;
      return [...only('kernel')(updates), { name: 'firmware', version: `1.${version}`, plugin: 'simulated-firmware', restart: true }].map(change);
    });
  const failing = (update: SimulatedUpdate) => (update.name === 'kernel' ? { ...update, failsOn: ['node3'], restart: false } : { ...update, restart: false });
  const options = { plugins, maxRetriesPerNode: 0, allowOutage: true } as const;
  const installed = (report: Report) => resultOf(report, 'node3')?.updates.map(({ name, outcome }) => [name, outcome]);

  it('each install theirs, although one before them failed; the node has failed all the same', async () => {
    await offer(failing);
    const report = await world.run(options, { nodes: ['node3'] });
    expect(installed(report)).toEqual([
      ['kernel', 'failed'],
      ['firmware', 'succeeded'],
    ]);
    expect(resultOf(report, 'node3')).toMatchObject({ outcome: 'Failed', failure: { code: 'InstallFailed', where: 'kernel' } });
  });

  it('stop at the first that fails with stopOnPluginFailure', async () => {
    await offer(failing);
    const report = await world.run({ ...options, stopOnPluginFailure: true }, { nodes: ['node3'] });
    expect(installed(report)).toEqual([['kernel', 'failed']]);
    expect(resultOf(report, 'node3')).toMatchObject({ outcome: 'Failed', failure: { code: 'InstallFailed', where: 'kernel' } });
  });

  it.each([
    [false, 1],
    [true, 2],
  ])('ask for one restart together, or with separateRestarts for one each (%s: %i)', async (separateRestarts, restarts) => {
    await offer((update) => update);
    const report = await world.run({ ...options, separateRestarts }, { nodes: ['node3'] });
    expect(resultOf(report, 'node3')).toMatchObject({ outcome: 'Succeeded', installed: 2 });
    expect(resultOf(report, 'node3')?.restarts).toHaveLength(restarts);
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('maxScanPasses', () => {
  it('is how often a node may offer something more, before it would never be done', async () => {
    await world.offerNext((updates) => updates.filter(({ name }) => name === 'agent' || name === 'lib'));
    const report = await world.run({ maxScanPasses: 1, maxRetriesPerNode: 0 }, { nodes: ['node4'] });
    expect(report.nodes[0]).toMatchObject({
      outcome: 'Failed',
      failure: { code: 'NotConverging', message: expect.stringMatching(/^node4 still offers lib .* after 1 passes/) },
    });
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
    expect((await world.run({ maxScanPasses: 2 }, { nodes: ['node4'] })).outcome).toBe('Succeeded');
  });
});

// Last, since it leaves a node that needs a restart.
describe('restartWhen: never', () => {
  it('leaves a node that needs a restart running, and says so', async () => {
    await world.offerNext(only('kernel'));
    const boot = world.cluster.bootId('node4');
    const report = await world.run({ restartWhen: 'never' }, { nodes: ['node4'] });
    expect(report).toMatchObject({ outcome: 'Succeeded', nodes: [{ installed: 1, restarts: [], restartPending: [expect.stringContaining('kernel')] }] });
    expect(world.cluster.bootId('node4')).toBe(boot);
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});
