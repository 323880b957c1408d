import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NodeReport, Report } from '../../domain/report.js';
import { slowFile } from '../lab/repository.js';
import { expectWell } from './all-is-well.js';
import { createLabWorld, type LabWorld } from './lab-world.js';
import { beside, chosen, size } from './size.js';

let world: LabWorld;
beforeAll(async () => {
  world = await createLabWorld({ nodes: size, offers: [] });
});
afterAll(() => world.stop());
// What one test could not end is not in the way of the next.
afterEach(async () => {
  await sh(chosen, `rm -f ${slowFile} /run/refuse-*`).catch(() => undefined);
  await world.untilFree();
});

const sh: LabWorld['sh'] = (node, script) => world.sh(node, script);
const installedTimes = async (node: string, name: string, version: string) =>
  (await world.lab.installations(node)).filter((line) => line.name === name && line.version === version).length;
const bootsOf = async (node: string) => (await world.lab.bootIds(node)).length;

const releaseCommandOf = (node: NodeReport | undefined) => node?.kept?.split('When it is well again: ')[1] ?? 'false';

const expectAllIsWell = (report: Report) => expectWell(world, report, null);

describe('a power cut in the middle of dpkg', () => {
  it('on a drained node whose stack was stopped ends with the package repaired, installed once, and the node serving', async () => {
    const boots = await bootsOf(chosen);
    const { handle, version } = await world.startStalled(chosen);
    // Fencing is on: a stall of the chosen node would have got it fenced, so its stack does not run meanwhile.
    expect(await sh(chosen, 'systemctl is-active corosync pacemaker || true')).toBe('inactive\ninactive');
    await world.lab.machine(chosen).crash();
    await world.lab.machine(chosen).start();
    const report = await world.report(handle);
    const [node] = report.nodes;
    expect(node).toMatchObject({ outcome: 'Succeeded', failure: null, kept: null, restarts: [], installed: 1 });
    expect(node?.notes.join('\n')).toMatch(new RegExp(`left no result[\\s\\S]*${chosen} restarted by itself`));
    expect(await installedTimes(chosen, 'cau-demo-slow', version)).toBe(1);
    expect(await bootsOf(chosen)).toBe(boots + 1);
    expect(world.lab.powerLog).toEqual([]);
    await expectAllIsWell(report);
  });

  it('by fencing, since corosync stalled for 6 s while it was left running, ends likewise', async () => {
    const { handle, version } = await world.startStalled(chosen, { clusterDuringInstall: 'keep' });
    const stalled = sh(chosen, 'kill -STOP $(pidof corosync); sleep 6; kill -CONT $(pidof corosync)').catch(() => 'fenced');
    const report = await world.report(handle);
    const [node] = report.nodes;
    expect(await stalled).toBe('fenced');
    expect(world.lab.powerLog.filter((line) => line.includes(chosen)).length).toBeGreaterThan(0);
    expect(node).toMatchObject({ outcome: 'Succeeded', failure: null, kept: null, restarts: [] });
    expect(await installedTimes(chosen, 'cau-demo-slow', version)).toBe(1);
    await expectAllIsWell(report);
  });
});

describe('a stop that fails while the node is drained', () => {
  it('gets the node fenced: an unplanned restart, which is said; then it is updated on its new boot', async () => {
    await sh(chosen, `sed -i '2i [ "$1" = stop ] && [ -e /run/refuse-stop ] && exit 1' /usr/lib/ocf/resource.d/pacemaker/Dummy; touch /run/refuse-stop`);
    const fenced = world.lab.powerLog.length;
    const boots = await bootsOf(chosen);
    await world.lab.offer('ordinary');
    const report = await world.report(await world.start({}, { nodes: [chosen] }));
    const [node] = report.nodes;
    expect(world.lab.powerLog.length).toBeGreaterThan(fenced);
    expect(node).toMatchObject({ outcome: 'Succeeded', failure: null, kept: null, restarts: [], installed: 1 });
    expect(node?.notes).toEqual([expect.stringMatching(new RegExp(`^${chosen} restarted by itself`))]);
    expect(await installedTimes(chosen, 'cau-demo-app', '1.1')).toBe(1);
    expect(await bootsOf(chosen)).toBe(boots + 1);
    await expectAllIsWell(report);
  });
});

describe('a role that refuses to be stopped', () => {
  const mule =
    '<primitive id="mule" class="ocf" provider="pacemaker" type="Dummy"><operations><op id="mule-stop" name="stop" interval="0" timeout="20s" on-fail="block"/></operations></primitive>';
  const command = (...args: string[]) => world.lab.exec('node1', ...args);

  it('keeps its node in maintenance mode, untouched, until somebody has looked at it', async () => {
    await command('cibadmin', '--create', '--scope', 'resources', '--xml-text', mule);
    await command('cibadmin', '--create', '--scope', 'constraints', '--xml-text', `<rsc_location id="l-mule" rsc="mule" node="${chosen}" score="10"/>`);
    await expect.poll(() => command('crm_resource', '--locate', '--resource', 'mule'), { timeout: 30_000 }).toContain(chosen);
    await sh(
      chosen,
      `sed -i '2i [ "$1 $OCF_RESOURCE_INSTANCE" = "stop mule" ] && [ -e /run/refuse-mule ] && exit 1' /usr/lib/ocf/resource.d/pacemaker/Dummy; touch /run/refuse-mule`,
    );
    const version = await world.lab.offerSlow();
    const report = await world.report(await world.start({}, { nodes: [chosen] }));
    const [node] = report.nodes;
    expect(node).toMatchObject({ outcome: 'NeedsAttention', installed: 0, restarts: [], failure: { code: 'DrainFailed' } });
    expect(node?.kept).toMatch(new RegExp(`could not stop "mule".*When it is well again: crm_standby -N ${chosen} -D$`));
    await sh(chosen, 'rm /run/refuse-mule');
    await command('crm_resource', '--cleanup', '--resource', 'mule');
    await sh('node1', releaseCommandOf(node));
    await world.lab.waitSettled();
    expect(await installedTimes(chosen, 'cau-demo-slow', version)).toBe(0);
    expect(await world.complaintsAbout(report)).toEqual([]);
    await command('cibadmin', '--delete', '--xpath', '//rsc_location[@id="l-mule"]');
    await command('crm_resource', '--resource', 'mule', '--set-parameter', 'target-role', '--meta', '--parameter-value', 'Stopped');
    await world.lab.waitSettled();
    await command('cibadmin', '--delete', '--xpath', '//primitive[@id="mule"]');
  });
});

// Two nodes count on each other, and keep quorum when one is lost.
describe.skipIf(size === 2)('quorum that is lost with another node', () => {
  it('does not keep the node at work from coming back: its own vote is the one that is missing', async () => {
    const { handle, version, letGo } = await world.startStalled(chosen);
    await world.lab.machine(beside).crash();
    await expect.poll(() => world.lab.exec('node1', 'crm_mon', '-1', '--output-as=xml'), { timeout: 30_000 }).toContain('with_quorum="false"');
    await letGo();
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Succeeded', failure: null, kept: null, restarts: [], installed: 1 });
    expect(await installedTimes(chosen, 'cau-demo-slow', version)).toBe(1);
    // Who was lost is fenced as soon as there is quorum again, which switches it on.
    expect(world.lab.powerLog.at(-1)).toContain(`reboot ${beside}`);
    await expectAllIsWell(report);
  });
});

describe('an update whose script fails', () => {
  it('is tried again as often as allowed; then the node serves, with every attempt in the report, until a later run mends it', async () => {
    await world.lab.offer('broken');
    const report = await world.report(await world.start({ maxRetriesPerNode: 1 }, { nodes: [beside] }));
    const [failed] = report.nodes;
    expect(failed).toMatchObject({ outcome: 'Failed', failure: { code: 'PackagesBroken' }, kept: null, failed: 1 });
    // The package is unpacked after the first attempt, and what is left to do is its configuration.
    expect(failed?.attempts.map((attempt) => [attempt.step, attempt.code])).toEqual([
      ['installing', 'InstallFailed'],
      ['repairing', 'PackagesBroken'],
    ]);
    expect(failed?.failure?.message).toContain('fails on purpose');
    await expectAllIsWell(report);
    await world.lab.offer('fixed');
    const next = await world.report(await world.start({}, { nodes: [beside] }));
    const [mended] = next.nodes;
    expect(mended).toMatchObject({ outcome: 'Succeeded', attempts: [] });
    expect(await installedTimes(beside, 'cau-demo-broken', '1.2')).toBe(1);
    await expectAllIsWell(next);
  });
});

describe('a node that does not come back from its restart', () => {
  let lost: Report;

  it('is kept, with the reason in the cluster itself, and the command that releases it in the report', async () => {
    await world.lab.offer('restart');
    world.lab.machine(chosen).stayOff();
    lost = await world.report(await world.start({ restartTimeout: '10s' }, { nodes: [chosen] }));
    const [node] = lost.nodes;
    expect(node).toMatchObject({ outcome: 'NeedsAttention', failure: { code: 'RestartTimeout' } });
    expect(node?.kept).toMatch(new RegExp(`did not come back within 10s of its restart.*When it is well again: crm_standby -N ${chosen} -D$`));
    expect(await world.lab.exec('node1', 'cibadmin', '--query')).toMatch(new RegExp(`name="cau-hold-kept" value="${chosen} [^"]*did not come back`));
  });

  it('stays in maintenance mode when it is back, until somebody runs that command; then the next run works, and nothing is left', async () => {
    await world.lab.machine(chosen).start();
    const isMember = async () =>
      new RegExp(`<node name="${chosen}"[^>]*online="true"[^>]*standby="true"`).test(await world.lab.exec('node1', 'crm_mon', '-1', '--output-as=xml'));
    await expect.poll(isMember, { timeout: 60_000 }).toBe(true);
    await sh('node1', releaseCommandOf(lost.nodes[0]));
    await world.lab.waitSettled();
    expect(await world.complaintsAbout(lost)).toEqual([]);
    await world.lab.offerSlow();
    const report = await world.report(await world.start({}, { nodes: [chosen] }));
    const [next] = report.nodes;
    expect(next).toMatchObject({ outcome: 'Succeeded', kept: null });
    expect(await installedTimes(chosen, 'cau-demo-kernel', '1.1')).toBe(1);
    await expectAllIsWell(report);
  });
});
