import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payloadBytes } from '../../domain/payload-size.js';
import { reportSchema } from '../../domain/report.js';
import { atRest, createWorld, expectAtRest, nodes, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

const installedOn = async (node: string, version: string) =>
  (await world.cluster.installLog(node)).filter((record) => record.version === version).map((record) => record.name);

describe('an Updating Run', () => {
  it('installs every update once on every node, also one that another reveals, restarts each once, and puts every role back', async () => {
    const bootsBefore = nodes.map((node) => world.cluster.bootId(node));
    const placesBefore = world.cluster.description().roles.map((role) => role.instances.map((instance) => instance.node).toSorted());
    const probes = Object.entries(world.cluster.addresses()).map(([role, http]) => ({ role, http, every: '20ms' }));
    const report = await world.run({ probes }, { reason: 'a test', requestedBy: 'vitest' });

    expect(reportSchema.parse(report)).toEqual(report);
    expect(report).toMatchObject({ outcome: 'Succeeded', failure: null, reason: 'a test', requestedBy: 'vitest', driver: 'simulated' });
    for (const node of nodes) expect(await installedOn(node, '1.1')).toEqual(['app', 'kernel', 'agent', 'lib']);
    expect(report.nodes.map((node) => node.restarts.map((restart) => restart.from))).toEqual(
      report.nodes.map((node) => [bootsBefore[nodes.indexOf(node.node)]]),
    );
    expect(nodes.map((node) => world.cluster.bootId(node))).toEqual(nodes.map((node) => report.nodes.find((one) => one.node === node)?.restarts[0]?.to));
    expect(world.cluster.description().roles.map((role) => role.instances.map((instance) => instance.node).toSorted())).toEqual(placesBefore);
    expect(report.nodes.at(-1)?.node).toBe('node2');
    expect(report.roles.map((role) => [role.role, role.moves])).toEqual([
      ['web', 2],
      ['db', 2],
      ['shop', 0],
    ]);
    expect(report.roles.every((role) => (role.measured?.requests ?? 0) > 50)).toBe(true);
    expect(report.roles.find((role) => role.role === 'shop')?.measured?.failed).toBe(0);
    for (const node of report.nodes) expect(payloadBytes(node)).toBeLessThan(8 * 1024);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('leaves alone what is up to date', async () => {
    const report = await world.run();
    expect(report.outcome).toBe('UpToDate');
    expect(report.nodes.map((node) => [node.outcome, node.inMaintenanceMs])).toEqual(nodes.map(() => ['UpToDate', null]));
  });

  it('restarts only where it is needed', async () => {
    const version = await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
    const boots = nodes.map((node) => world.cluster.bootId(node));
    const report = await world.run();
    expect(report.outcome).toBe('Succeeded');
    expect(nodes.map((node) => world.cluster.bootId(node))).toEqual(boots);
    for (const node of nodes) expect(await installedOn(node, version)).toEqual(['app']);
  });

  it('goes on after a node whose update fails, and leaves that node serving', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { failsOn: ['node3'] })));
    const report = await world.run();
    expect(report.outcome).toBe('PartiallyFailed');
    expect(report.nodes.find((node) => node.node === 'node3')).toMatchObject({ outcome: 'Failed', failure: { code: 'InstallFailed' }, kept: null });
    expect(
      report.nodes
        .filter((node) => node.outcome === 'Succeeded')
        .map((node) => node.node)
        .toSorted(),
    ).toEqual(['node1', 'node2', 'node4']);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('repairs what an earlier installation left half done, also where there is nothing to update', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { failsOn: ['node3'] })));
    await world.run({}, { nodes: ['node3'] });
    await world.cluster.offer([]);
    const report = await world.run();
    expect(report.nodes.map((node) => [node.node, node.outcome])).toEqual([
      ['node3', 'Succeeded'],
      ['node1', 'UpToDate'],
      ['node2', 'UpToDate'],
      ['node4', 'UpToDate'],
    ]);
    expect(report.nodes[0]?.notes).toContain('Repaired: app');
    expect((await world.run()).outcome).toBe('UpToDate');
  });

  it('begins no further node once the failure budget is exceeded', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { failsOn: nodes })));
    const report = await world.run({ maxFailedNodes: 1 });
    expect(report.nodes.map((node) => node.outcome)).toEqual(['Failed', 'Failed', 'Canceled', 'Canceled']);
    expect(report.nodes[2]?.reason).toBe('2 nodes failed, 1 may');
    expect(report.outcome).toBe('Failed');
  });

  it('says so when an update is offered again after it was installed, instead of going round for ever', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { repeatsOn: nodes })));
    const report = await world.run({ maxFailedNodes: 0 });
    expect(report.nodes[0]).toMatchObject({ outcome: 'Failed', failure: { code: 'NotConverging' } });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('updates only the nodes that it was asked to', async () => {
    const version = await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
    const report = await world.run({}, { nodes: ['node4', 'node1'] });
    expect(report.nodes.map((node) => node.node).toSorted()).toEqual(['node1', 'node4']);
    expect(await installedOn('node2', version)).toEqual([]);
  });
});

describe('what an operator decided', () => {
  it('stays: a node in standby by his wish is skipped', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
    world.cluster.operatorStandby('node3', 'on');
    const report = await world.run();
    expect(report.nodes.find((node) => node.node === 'node3')).toMatchObject({
      outcome: 'Skipped',
      reason: expect.stringMatching(/^in standby by the wish of an operator; .*"crm_standby -N node3 -D"/),
    });
    expect(world.cluster.description().nodes.find((node) => node.name === 'node3')?.standbyBy).toBe('operator');
    world.cluster.operatorStandby('node3', 'off');
  });

  it('is final: lifting the standby in the middle of an installation ends the work on that node, and nothing is restarted', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'kernel').map((update) => Object.assign(update, { endlessOn: ['node3'] })));
    const boot = world.cluster.bootId('node3');
    const handle = await world.start({ maxFailedNodes: 0 }, { nodes: ['node3', 'node4'] });
    await world.until(handle, (progress) => progress.nodes.some((node) => node.node === 'node3' && node.step === 'installing'));
    world.cluster.operatorStandby('node3', 'off');
    await world.cluster.offer([{ name: 'kernel', version: '1.99', restart: true }]);
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ node: 'node3', outcome: 'Failed', failure: { code: 'HoldBroken' }, restarts: [] });
    expect(world.cluster.bootId('node3')).toBe(boot);
    expect(report.nodes[1]).toMatchObject({ node: 'node4', outcome: 'Canceled' });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('is asked for: a node whose role cannot be stopped is kept, with the reason, for somebody to look at', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
    world.cluster.refuseStop('web', 'node1', true);
    const report = await world.run({}, { nodes: ['node1'] });
    expect(report.nodes[0]).toMatchObject({ outcome: 'NeedsAttention', failure: { code: 'DrainFailed', where: 'web' }, kept: expect.stringContaining('web') });
    expect(world.cluster.description().nodes[0]?.hold?.kept).toContain('web');
    world.cluster.refuseStop('web', 'node1', false);
  });

  it('counts: a node that was kept is left alone, until he ends its standby; then the next run updates it and nothing is left', async () => {
    const left = await world.run({}, { nodes: ['node1'] });
    expect(left.nodes[0]).toMatchObject({
      outcome: 'Skipped',
      reason: expect.stringMatching(/^kept in maintenance mode by run .*web.*\("cau recover .* --apply --node node1"\)$/),
    });
    expect(world.cluster.description().nodes[0]?.hold?.kept).toContain('web');
    world.cluster.operatorStandby('node1', 'off');
    expect((await world.run({}, { nodes: ['node1'] })).nodes[0]).toMatchObject({ outcome: 'Succeeded' });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('a service that an update starts behind the back of the cluster', () => {
  it('keeps its node for somebody to look at, with the reason and what to do, and the role serves on where it was', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { endlessOn: ['node4'] })));
    const handle = await world.start({}, { nodes: ['node4'] });
    await world.until(handle, (progress) => progress.nodes.some((node) => node.step === 'installing'));
    await world.cluster.startStray('web', 'node4');
    world.cluster.endlessUpdate('node4', 'app', false);
    const report = await world.report(handle);
    const reason = 'web runs on node4 although the cluster did not start it there; a release of the node would disturb it elsewhere.';
    expect(report).toMatchObject({ outcome: 'NeedsAttention', roles: [{ role: 'web', moves: 0 }, { role: 'db' }, { role: 'shop' }] });
    expect(report.nodes[0]).toMatchObject({
      outcome: 'NeedsAttention',
      failure: { code: 'UnexpectedService', message: reason, remedy: expect.stringContaining('Disable the named service'), where: 'web' },
      installed: 1,
      kept: reason,
    });
    const { nodes: now, roles } = world.cluster.description();
    expect(now.find(({ name }) => name === 'node4')).toMatchObject({ standby: true, hold: { intact: true, kept: reason } });
    expect(roles.find(({ id }) => id === 'web')?.instances.map(({ node }) => node)).toEqual(['node1']);
  });
});
