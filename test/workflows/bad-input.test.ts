import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterDescription } from '../../domain/cluster.js';
import { createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

const serves = (cluster: ClusterDescription) =>
  cluster.quorum.quorate &&
  cluster.idle &&
  cluster.nodes.every((node) => node.online && !node.unclean) &&
  cluster.roles.every((role) => role.instances.length > 0);

/** Nothing was installed, nothing is held, and the guard is closed. */
afterEach(expectUntouched);

async function expectUntouched(): Promise<void> {
  expect(await world.cluster.installLog('node1')).toEqual([]);
  await world.untilFree().catch(() => undefined);
  expect(expectAtRest(world.cluster)).toMatchObject({ held: [], lease: null });
}

describe('a run is refused, and nothing is touched,', () => {
  it.each([
    ['without input', undefined, 'input'],
    ['with a cluster that is no name', { cluster: '' }, 'cluster'],
    ['with an unknown field', { cluster: 'c1', nods: ['node1'] }, 'input'],
    ['with an option of the wrong type', { cluster: 'c1', options: { maxScanPasses: 'many' } }, 'options.maxScanPasses'],
    ['with an unknown profile', { cluster: 'c1', profile: 'reckless' }, 'profile'],
  ])('%s', async (_title, input, field) => {
    expect(await world.refusal(input)).toMatchObject({ code: 'InvalidInput', where: field, message: expect.stringContaining(field) });
  });

  it('with a cluster that nobody serves', async () => {
    expect(await world.refusal({ cluster: 'nowhere' })).toMatchObject({ code: 'ClusterUnknown', where: 'cluster' });
  });

  it('with a node that is not there, naming those that are', async () => {
    const failure = await world.refusal({ cluster: world.name, nodes: ['node1', 'node7'], options: { plugins: ['simulated'] } });
    expect(failure).toMatchObject({ code: 'NotReady', where: 'nodes.known', message: expect.stringMatching(/"node7".*node1, node2, node3, node4/) });
  });

  it('with a plug-in that the nodes do not have', async () => {
    expect(await world.refusal({ cluster: world.name, options: { plugins: ['dnf'] } })).toMatchObject({
      code: 'PluginUnavailable',
      message: expect.stringContaining('"dnf"'),
    });
  });

  it('on a cluster in maintenance mode', async () => {
    world.cluster.setMaintenanceMode(true);
    expect(await world.refusal({ cluster: world.name, options: { plugins: ['simulated'] } })).toMatchObject({ code: 'NotReady', where: 'cluster.maintenance' });
    world.cluster.setMaintenanceMode(false);
  });

  it('on a cluster with fencing but no device, which would start nothing anew after it lost a node', async () => {
    world.cluster.setFencingDevice(false);
    expect(await world.refusal({ cluster: world.name, options: { plugins: ['simulated'] } })).toMatchObject({
      code: 'NotReady',
      where: 'fencing.device',
      message: expect.stringContaining(`Fencing is enabled in cluster ${world.name}, but there is no fencing device.`),
      remedy: expect.stringMatching(/^Configure a fencing device or a watchdog/),
    });
    world.cluster.setFencingDevice(true);
  });

  it('on a cluster without quorum', async () => {
    world.cluster.cut('node1');
    world.cluster.cut('node2');
    await world.cluster.until((cluster) => !cluster.quorum.quorate);
    const failure = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'] } });
    world.cluster.join('node1');
    world.cluster.join('node2');
    await world.cluster.until(serves);
    // Whoever answers, alone or one of the two that are left: nobody has quorum.
    expect(failure).toMatchObject({ code: 'NotReady', where: 'cluster.quorum', message: expect.stringMatching(/has no quorum: [12] of 3 needed votes/) });
  });

  it('on a cluster with a role that failed', async () => {
    world.cluster.refuseStop('web', 'node1', true);
    world.cluster.operatorStandby('node1', 'on');
    await world.cluster.until((cluster) => cluster.roles.some((role) => role.instances.some((instance) => instance.blocked)));
    const failure = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'] } });
    world.cluster.refuseStop('web', 'node1', false);
    world.cluster.operatorStandby('node1', 'off');
    await world.cluster.until(serves);
    expect(failure).toMatchObject({ code: 'NotReady', where: 'roles.managed', message: expect.stringContaining('"web" on node1 is blocked') });
  });

  it('on a node that an operator holds, which is left to him', async () => {
    world.cluster.operatorStandby('node1', 'on');
    const report = await world.run({}, { nodes: ['node1'] });
    expect(report).toMatchObject({
      outcome: 'Skipped',
      nodes: [{ node: 'node1', reason: expect.stringMatching(/^in standby by the wish of an operator; .*"crm_standby -N node1 -D".* includeStandby$/) }],
    });
    expect(world.cluster.description().nodes[0]).toMatchObject({ standbyBy: 'operator', hold: null });
    world.cluster.operatorStandby('node1', 'off');
    await world.cluster.until(serves);
  });

  it('on a cluster with a role that is not managed', async () => {
    world.cluster.setManaged('web', false);
    expect(await world.refusal({ cluster: world.name, options: { plugins: ['simulated'] } })).toMatchObject({ code: 'NotReady', where: 'roles.managed' });
    world.cluster.setManaged('web', true);
  });
});
