import { describe, expect, test } from 'vitest';
import { leftToCluster } from '../../../domain/move-modes.js';
import { createPacemakerDriver } from '../../../clusters/pacemaker/driver.js';
import type { CommandRunner, CommandResult } from '../../../clusters/pacemaker/commands.js';
import { answered, failed, fixture, scriptedRunner } from './fixtures.js';

const idle = answered('<pacemaker-result><crmd node_name="node3" state="S_IDLE" result="ok"/></pacemaker-result>');
const driverWith = (run: CommandRunner) => createPacemakerDriver({ cluster: 'example', node: 'node1', bootId: () => Promise.resolve('b1'), run });
const tools = (view: string, cib: string): Record<string, (args: readonly string[]) => CommandResult> => ({
  crm_mon: () => answered(fixture(view)),
  cibadmin: () => answered(fixture(cib)),
  'corosync-quorumtool': () => answered(fixture('four-nodes.quorum.txt')),
  crmadmin: () => idle,
  crm_simulate: () => answered('<pacemaker-result><transition/></pacemaker-result>'),
});

describe('the driver', () => {
  test('describes the whole cluster from its tools', async () => {
    const description = await driverWith(scriptedRunner(tools('healthy.crm-mon.xml', 'healthy.cib.xml'))).describe();
    expect(description).toMatchObject({
      cluster: 'example',
      driver: 'pacemaker',
      software: ['pacemaker 2.1.5'],
      witness: { node: 'node1', bootId: 'b1', quorate: true, coordinator: 'node3' },
      fencing: { enabled: false, devices: [] },
      maintenanceMode: false,
      stopAllResources: false,
      lease: null,
      idle: true,
      quorum: { votesOf: { node1: 1, node2: 1, node3: 1, node4: 1 } },
    });
    for (const node of description.nodes) {
      const active = description.roles.flatMap((role) => role.instances).filter((instance) => instance.node === node.name);
      expect(node).toMatchObject({ standbyBy: 'nobody', hold: null, activeInstances: active.length });
    }
  });

  test('counts the watchdog as a fencing device where nodes fence themselves with it', async () => {
    const cib = fixture('healthy.cib.xml').replace(
      'name="have-watchdog" value="false" />',
      'name="have-watchdog" value="true" /><nvpair id="o5" name="stonith-watchdog-timeout" value="10s" />',
    );
    const { sight } = await driverWith(scriptedRunner({ ...tools('healthy.crm-mon.xml', 'healthy.cib.xml'), cibadmin: () => answered(cib) })).look();
    expect(sight.fencing.devices).toEqual(['watchdog']);
  });

  test('sees in a look what a description tells, and asks for votes and the scheduler only when it must', async () => {
    const run = scriptedRunner(tools('healthy.crm-mon.xml', 'healthy.cib.xml'));
    const driver = driverWith(run);
    const { sight, isIdle } = await driver.look();
    expect(new Set(run.asked.map(([command]) => command))).toEqual(new Set(['cibadmin', 'crm_mon']));
    expect(await isIdle()).toBe(true);
    const { quorum: _quorum, idle: _idle, ...told } = await driver.describe();
    expect(sight).toEqual({ ...told, witness: { ...told.witness, at: expect.any(String) } });
  });

  test('shows maintenance, standby and lease as operators and runs set them', async () => {
    const description = await driverWith(scriptedRunner(tools('operator.crm-mon.xml', 'operator.cib.xml'))).describe();
    expect(description).toMatchObject({ maintenanceMode: true, lease: { run: { workflowId: 'cau/run/lab/1' }, releaseAfter: '30m' } });
    expect(description.nodes.map(({ standbyBy, maintenance }) => [standbyBy, maintenance])).toEqual([
      ['operator', false],
      ['operator', false],
      ['nobody', true],
      ['nobody', false],
    ]);
  });

  test.each([
    ['in standby: nothing is left to move there', 'true', 1],
    ['while it serves: its roles may yet have to leave it', 'false', 3],
  ])('predicts the drain of a node that a run holds %s', async (_title, standby, simulations) => {
    const simulated = `<revised_cluster_status><nodes><node name="node1" id="1" online="true" standby="${standby}" maintenance="false" type="member"/></nodes></revised_cluster_status>`;
    const run = scriptedRunner({
      ...tools('healthy.crm-mon.xml', 'held.cib.xml'),
      crm_simulate: () => answered(`<pacemaker-result><transition/>${simulated}</pacemaker-result>`),
    });
    await driverWith(run).predictMoves(['node1'], leftToCluster);
    expect(run.asked.filter(([command]) => command === 'crm_simulate')).toHaveLength(simulations);
  });

  test('describes a part of the cluster without quorum, and says that it does not count', async () => {
    const run = scriptedRunner({
      ...tools('healthy.crm-mon.xml', 'healthy.cib.xml'),
      crm_mon: () => answered(fixture('healthy.crm-mon.xml').replace('with_quorum="true"', 'with_quorum="false"')),
      'corosync-quorumtool': () => ({ ...answered(fixture('four-nodes.quorum.txt').replace('Quorate:          Yes', 'Quorate:          No')), exitCode: 2 }),
    });
    expect(await driverWith(run).describe()).toMatchObject({ witness: { quorate: false }, quorum: { quorate: false }, idle: false });
  });

  test('cannot describe anything where the stack is down, but knows that it is', async () => {
    const run = scriptedRunner({
      crm_mon: () => failed(102),
      cibadmin: () => failed(102),
      'corosync-quorumtool': () => failed(1, 'Cannot initialize CMAP service'),
      systemctl: (args) => (args[0] === 'is-active' ? { ...failed(3), stdout: 'inactive\ninactive\n' } : answered('enabled\n')),
    });
    const driver = driverWith(run);
    await expect(driver.describe()).rejects.toMatchObject({ code: 'NoQuorumHere', message: expect.stringContaining('node1') as unknown });
    await expect(driver.stackState()).resolves.toEqual({ running: false, startsAtBoot: true });
  });

  test('says that a stack that does not stop must not be restarted', async () => {
    const hanging = scriptedRunner({ systemctl: () => ({ ...failed(null), timedOut: true }) });
    await expect(driverWith(hanging).stopStack()).rejects.toMatchObject({ code: 'RestartBlocked' });
    const failing = scriptedRunner({ systemctl: () => failed(1, 'Job for pacemaker.service canceled.') });
    await expect(driverWith(failing).stopStack()).rejects.toMatchObject({ code: 'RestartBlocked', message: expect.stringContaining('canceled') as unknown });
  });

  test('leaves a stack that starts for longer than systemctl may take to its start, as with a delay of sbd, and says when it cannot start', async () => {
    const starting = (start: CommandResult) => scriptedRunner({ systemctl: (args) => (args[0] === 'start' ? start : answered('disabled\n')) });
    await expect(driverWith(starting({ ...failed(null), timedOut: true })).startStack()).resolves.toBeUndefined();
    await expect(driverWith(starting(failed(1, 'Job for pacemaker.service failed.'))).startStack()).rejects.toMatchObject({
      code: 'ClusterToolFailed',
      message: expect.stringContaining('Job for pacemaker.service failed.') as unknown,
    });
  });

  test('starts the quorum device only where it is in use', async () => {
    for (const [enabled, expected] of [
      ['enabled\n', true],
      ['disabled\n', false],
    ] as const) {
      const run = scriptedRunner({ systemctl: (args) => (args[0] === 'is-enabled' ? answered(enabled) : answered('')) });
      await driverWith(run).startStack();
      expect(run.asked.at(-1)?.includes('corosync-qdevice.service')).toBe(expected);
    }
  });

  test('asks agents and systemd for what runs behind the back of the cluster, and no fencing device', async () => {
    const cib = fixture('healthy.cib.xml').replace(
      '<resources>',
      '<resources><template id="t-fence" class="stonith" type="fence_x"/><template id="t-unit" class="systemd" type="nginx"/><primitive id="fence" class="stonith" type="fence_x"/><primitive id="made-fence" template="t-fence"/><primitive id="unit" class="systemd" type="nginx"/><primitive id="made-unit" template="t-unit"/>',
    );
    const run = scriptedRunner({
      ...tools('healthy.crm-mon.xml', 'healthy.cib.xml'),
      cibadmin: () => answered(cib),
      crm_resource: (args) => (args[1] === 'vm' ? answered('') : failed(args[1] === 'stale' ? 5 : 7)),
      systemctl: () => answered('active\n'),
    });
    await expect(driverWith(run).findStrayResources()).resolves.toEqual(['unit', 'made-unit', 'vm']);
    // What the cluster runs here itself is not asked.
    const asked = run.asked.filter(([command]) => command === 'crm_resource').map((call) => call[2]);
    expect(asked).not.toContain('web-srv');
    expect(asked).not.toContain('fence');
    expect(asked).not.toContain('made-fence');
  });

  test('reads the stored configuration where the stack is down', async () => {
    const run = scriptedRunner({ crm_mon: () => failed(102), cibadmin: () => answered(fixture('healthy.cib.xml')), crm_resource: () => failed(7) });
    await expect(driverWith(run).findStrayResources()).resolves.toEqual([]);
  });
});
