import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../domain/report.js';
import { startSeries } from '../lab/probe-series.js';
import { slowFile } from '../lab/repository.js';
import { expectWell } from './all-is-well.js';
import { createLabWorld, type LabWorld } from './lab-world.js';
import { placements, recoveries, tracesInCib } from './proof.js';

let world: LabWorld;
let atFirst: string[];
let recoveredAtFirst: string[];
beforeAll(async () => {
  world = await createLabWorld({ nodes: 4, offers: [] });
  atFirst = await placements(world.lab);
  recoveredAtFirst = await recoveries(world.lab);
});
afterAll(() => world.stop());
// What one test could not end is not in the way of the next.
afterEach(async () => {
  for (const node of world.lab.nodes) await sh(node, `rm -f ${slowFile}`).catch(() => undefined);
  await world.untilFree().catch(() => undefined);
});

const sh: LabWorld['sh'] = (node, script) => world.sh(node, script);
const standbyNodes = () => world.standbyNodes();
const standbyPairs = async (node: string) =>
  [...(await sh('node1', `cibadmin --query --xpath "//nodes/node[@uname='${node}']"`)).matchAll(/<nvpair id="([^"]+)" name="standby"/g)].map(
    (match) => match[1],
  );
const stepsOf = ({ nodes }: Report) => nodes[0]?.steps.map(({ step }) => step) ?? [];

const expectAllIsWell = (report: Report) => expectWell(world, report, atFirst);

describe('drainWhen: restartExpected', () => {
  it('leaves the roles on their node while it is updated, without an interruption, and marks it in the CIB', async () => {
    const series = await startSeries(world.lab.webUrl, 20);
    const { handle, letGo } = await world.startStalled('node1', { drainWhen: 'restartExpected' });
    expect(await standbyNodes()).toEqual([]);
    expect(await tracesInCib(world.lab)).toContain('cau-hold-1');
    expect(await placements(world.lab)).toEqual(atFirst);
    await letGo();
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Succeeded', failure: null, installed: 1, moves: [], restarts: [] });
    expect((await series.end()).interruptions).toEqual([]);
    await expectAllIsWell(report);
  });

  it('drains the node after all when the installation asks for a restart that nobody expected', async () => {
    const { handle, letGo } = await world.startStalled('node1', { drainWhen: 'restartExpected' });
    await sh('node1', 'touch /run/reboot-required');
    await letGo();
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Succeeded', failure: null, restarts: [{}], kept: null });
    const steps = stepsOf(report);
    expect(steps.indexOf('installing')).toBeLessThan(steps.indexOf('draining'));
    expect(steps.indexOf('draining')).toBeLessThan(steps.indexOf('restarting'));
    expect(world.lab.powerLog).toEqual([]);
    await expectAllIsWell(report);
  });
});

describe('drainWhen: never', () => {
  it('has no standby of ours at any time: the roles leave when the stack stops in order for the restart, and come back', async () => {
    const { handle, letGo } = await world.startStalled('node1', { drainWhen: 'never', allowOutage: true, restartWhen: 'always' });
    expect(await standbyNodes()).toEqual([]);
    expect(await tracesInCib(world.lab)).toContain('cau-hold-1');
    await letGo();
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Succeeded', failure: null, installed: 1, restarts: [{}], kept: null });
    expect(stepsOf(report)).not.toContain('draining');
    expect(await standbyPairs('node1')).toEqual([]);
    expect(world.lab.powerLog).toEqual([]);
    expect(await recoveries(world.lab)).toEqual(recoveredAtFirst);
    await expectAllIsWell(report);
  });
});

describe('restartWhen: never', () => {
  it('leaves a node whose update asks for a restart on its boot, and says what is pending', async () => {
    const boot = await world.lab.bootId('node2');
    await world.lab.offer('restart');
    const report = await world.report(await world.start({ restartWhen: 'never' }, { nodes: ['node2'] }));
    expect(report.nodes[0]).toMatchObject({
      outcome: 'Succeeded',
      installed: 1,
      restarts: [],
      restartPending: [expect.stringContaining('cau-demo-kernel')],
    });
    expect(await world.lab.bootId('node2')).toBe(boot);
    await expectAllIsWell(report);
    await world.lab.offer();
    const next = await world.report(await world.start({}, { nodes: ['node2'] }));
    expect(next.nodes[0]).toMatchObject({ outcome: 'Succeeded', installed: 0, restarts: [{}], restartPending: [] });
    await expectAllIsWell(next);
  });
});

describe('clusterDuringInstall', () => {
  const stackOf = async (node: string) => (await sh(node, 'systemctl is-active corosync pacemaker || true')).split('\n');

  it('stop: the stack of the node does not run while its packages are installed; the others go on with every role', async () => {
    const { handle, letGo } = await world.startStalled('node1', { clusterDuringInstall: 'stop' });
    expect(await stackOf('node1')).toEqual(['inactive', 'inactive']);
    expect(await sh('node2', 'crm_mon -1 --output-as=xml')).toMatch(/<node name="node1"[^>]*online="false"[^>]*unclean="false"/);
    await letGo();
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Succeeded', failure: null, installed: 1, restarts: [] });
    expect(await stackOf('node1')).toEqual(['active', 'active']);
    expect(world.lab.powerLog).toEqual([]);
    await expectAllIsWell(report);
  });

  it('keep: it runs meanwhile, in maintenance mode', async () => {
    const { handle, letGo } = await world.startStalled('node1', { clusterDuringInstall: 'keep' });
    expect(await stackOf('node1')).toEqual(['active', 'active']);
    expect(await standbyNodes()).toEqual(['node1']);
    await letGo();
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Succeeded', failure: null, installed: 1 });
    await expectAllIsWell(report);
  });
});

describe('installTimeout', () => {
  it('leaves a node whose installation does not end in maintenance mode, untouched, until somebody has looked; what is at work there ends in peace', async () => {
    const { handle, version, letGo } = await world.startStalled('node4', { installTimeout: '3s', restartTimeout: '3s' });
    const report = await world.report(handle);
    const [node] = report.nodes;
    expect(node).toMatchObject({ outcome: 'NeedsAttention', failure: { code: 'InstallFailed', facts: { stillRunning: true } }, restarts: [] });
    expect(node?.kept).toContain('may still be running');
    await letGo();
    const installed = async () => (await world.lab.installations('node4')).filter((line) => line.name === 'cau-demo-slow' && line.version === version).length;
    await expect.poll(installed).toBe(1);
    await expect.poll(() => sh('node4', "systemctl list-units --plain --no-legend 'cau-operation-*'")).toBe('');
    await sh('node1', node?.kept?.split('When it is well again: ')[1] ?? 'false');
    await world.lab.waitSettled();
    expect(await world.complaintsAbout(report)).toEqual([]);
    const next = await world.report(await world.start({}, { nodes: ['node4'] }));
    expect(next.nodes[0]).toMatchObject({ outcome: 'UpToDate' });
    expect(await installed()).toBe(1);
    await expectAllIsWell(next);
  });
});

describe('maxScanPasses', () => {
  it('is how often a node may offer something more; with the next run the rest is installed', async () => {
    await world.lab.offer('dependent');
    const report = await world.report(await world.start({ maxScanPasses: 1, maxRetriesPerNode: 0 }, { nodes: ['node3'] }));
    expect(report.nodes[0]).toMatchObject({
      outcome: 'Failed',
      installed: 1,
      failure: { code: 'NotConverging', message: expect.stringContaining('cau-demo-lib') },
    });
    await expectAllIsWell(report);
    const next = await world.report(await world.start({ maxScanPasses: 1 }, { nodes: ['node3'] }));
    expect(next.nodes[0]).toMatchObject({ outcome: 'Succeeded', installed: 1 });
    await expectAllIsWell(next);
  });
});

describe('includeStandby', () => {
  it('updates a node that an operator has in standby, with his one attribute as it was; his tools work before and after', async () => {
    await world.putInStandby('node4');
    const { handle, letGo } = await world.startStalled('node4', { includeStandby: true });
    expect(await standbyPairs('node4')).toEqual(['nodes-4-standby']);
    await letGo();
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Succeeded', failure: null, installed: 1 });
    expect(await standbyNodes()).toEqual(['node4']);
    expect(await standbyPairs('node4')).toEqual(['nodes-4-standby']);
    await world.lab.exec('node1', 'crm_standby', '-N', 'node4', '-D');
    await expect.poll(standbyNodes, { timeout: 30_000 }).toEqual([]);
    await expectAllIsWell(report);
  });

  it('ends the work on the node when he lifts it meanwhile', async () => {
    await world.putInStandby('node4');
    const { handle, letGo } = await world.startStalled('node4', { includeStandby: true, clusterDuringInstall: 'keep' });
    await sh('node4', 'touch /run/reboot-required');
    await world.lab.exec('node1', 'crm_standby', '-N', 'node4', '-D');
    await letGo();
    const report = await world.report(handle);
    await sh('node4', 'rm -f /run/reboot-required');
    expect(report.nodes[0]).toMatchObject({ outcome: 'Failed', failure: { code: 'HoldBroken' }, restarts: [] });
    await expectAllIsWell(report);
  });
});

describe('allowOutage', () => {
  it('is asked for where Pacemaker has no other place for a role; with it the role is down meanwhile, and back at the end', async () => {
    for (const node of ['node1', 'node2', 'node4']) await world.lab.exec('node1', 'crm_resource', '--ban', '--resource', 'files', '--node', node);
    await world.lab.waitSettled();
    await world.lab.offerSlow();
    const refused = await world.report(await world.start({ quorumWait: '2s' }, { nodes: ['node3'] }));
    expect(refused).toMatchObject({
      outcome: 'Failed',
      failure: { code: 'QuorumAtRisk', message: expect.stringContaining('role "files" would serve nowhere') },
    });
    expect(await world.complaintsAbout(refused)).toEqual([]);
    const report = await world.report(await world.start({ allowOutage: true }, { nodes: ['node3'] }));
    for (const node of ['node1', 'node2', 'node4']) await world.lab.exec('node1', 'crm_resource', '--clear', '--resource', 'files', '--node', node);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Succeeded', failure: null, notes: [expect.stringContaining('Role "files" has no other place')] });
    await expectAllIsWell(report);
  });
});

describe('forceDrain', () => {
  it('goes on after drainTimeout although a role could be started nowhere else, and has it back at the end', async () => {
    const others = ['node1', 'node2', 'node4'];
    for (const node of others)
      await sh(node, `sed -i '2i [ "$1" = start ] && [ -e /run/refuse-start ] && exit 1' /usr/lib/ocf/resource.d/pacemaker/Dummy; touch /run/refuse-start`);
    await world.lab.offerSlow();
    const options = { drainTimeout: '10s' } as const;
    const refused = await world.report(await world.start({ ...options, settleTimeout: '5s' }, { nodes: ['node3'] }));
    expect(refused.nodes[0]).toMatchObject({ outcome: 'Failed', failure: { code: 'DrainFailed' }, installed: 0 });
    await sh('node1', 'crm_resource --cleanup --resource files');
    await world.lab.waitSettled();
    expect(await world.complaintsAbout(refused)).toEqual([]);
    const report = await world.report(await world.start({ ...options, forceDrain: true }, { nodes: ['node3'] }));
    for (const node of others) await sh(node, 'rm -f /run/refuse-start');
    expect(report.nodes[0]).toMatchObject({
      outcome: 'Succeeded',
      failure: null,
      installed: 1,
      notes: [expect.stringContaining('Role "files" served nowhere')],
    });
    await sh('node1', 'crm_resource --cleanup --resource files');
    await expectAllIsWell(report);
  });
});
