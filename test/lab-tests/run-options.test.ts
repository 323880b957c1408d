/** Options that decide which nodes a run takes, in which order and until when, on a real cluster with a vote to spare. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { clientFailure } from '../../client/failures.js';
import { previewRun } from '../../client/runs.js';
import type { PartialOptions } from '../../domain/options.js';
import type { Report } from '../../domain/report.js';
import { pairsOf } from '../helpers/worked-together.js';
import { slowFile } from '../lab/repository.js';
import { expectWell } from './all-is-well.js';
import { createLabWorld, isIn, type LabWorld } from './lab-world.js';
import { installedSince, placements, tracesInCib } from './proof.js';

let world: LabWorld;
let atFirst: string[];
beforeAll(async () => {
  world = await createLabWorld({ nodes: 4, offers: [], quorumDevice: true });
  atFirst = await placements(world.lab);
});
afterAll(() => world.stop());
// What one test could not end is not in the way of the next.
afterEach(async () => {
  for (const node of world.lab.nodes) await world.sh(node, `rm -f ${slowFile}`).catch(() => undefined);
  await world.untilFree().catch(() => undefined);
});

const outcomes = ({ nodes }: Report) => nodes.map(({ node, outcome }) => `${node} ${outcome}`);
const begunIn = ({ nodes }: Report) =>
  nodes.toSorted((left, right) => Date.parse(left.startedAt ?? '') - Date.parse(right.startedAt ?? '')).map(({ node }) => node);

const expectAllIsWell = (report: Report) => expectWell(world, report, atFirst);

describe('a member that is switched off when a run starts', () => {
  const isOffline = async () =>
    /<node name="node4"[^>]*online="false"[^>]*unclean="false"/.test(await world.lab.exec('node1', 'crm_mon', '-1', '--output-as=xml'));
  let version: string;
  beforeAll(async () => {
    version = await world.lab.offerSlow();
    world.lab.machine('node4').stayOff();
    // Its connection may end before its answer comes.
    await world.lab.exec('node4', 'systemctl', 'poweroff').catch(() => undefined);
    const untilGone = async () => {
      if (world.lab.machine('node4').isOn() || !(await isOffline())) throw new Error('node4 is still there');
    };
    await vi.waitFor(untilGone, { timeout: 60_000, interval: 200 });
  });
  const versionsOn = async (node: string) => (await installedSince(world.lab, node, /^cau-demo-slow$/)).filter((line) => line.endsWith(` ${version}`));

  it.each<PartialOptions>([{ requireAllNodesOnline: true }, { maxOfflineNodes: 0 }])(
    'is one too many for %j: refused before anything is touched',
    async (options) => {
      const failure = await world.report(await world.start(options)).catch((error: unknown) => clientFailure(error));
      expect(failure).toMatchObject({ code: 'NotReady', where: 'nodes.online', message: expect.stringContaining('node4 is offline; no node may be') });
      expect(await tracesInCib(world.lab)).toEqual([]);
      for (const node of ['node1', 'node2', 'node3']) expect(await versionsOn(node)).toEqual([]);
    },
  );

  it('is skipped where maxOfflineNodes lets one be away; the others are updated one at a time, with no vote too few', async () => {
    const report = await world.report(await world.start({ maxOfflineNodes: 1, maxParallelNodes: 2 }));
    await world.lab.machine('node4').start();
    expect(outcomes(report).toSorted()).toEqual(['node1 Succeeded', 'node2 Succeeded', 'node3 Succeeded', 'node4 Skipped']);
    expect(report.nodes.find(({ node }) => node === 'node4')).toMatchObject({ reason: 'offline', installed: 0, inMaintenanceMs: null });
    expect(pairsOf({ ...report, nodes: report.nodes.filter(({ startedAt }) => startedAt !== null) })).toEqual([]);
    expect(world.lab.powerLog).toEqual([]);
    await expectAllIsWell(report);
    for (const node of ['node1', 'node2', 'node3']) expect(await versionsOn(node)).toHaveLength(1);
    expect(await versionsOn('node4')).toEqual([]);
  });
});

describe('an order by site', () => {
  const sites = { node1: 'south', node2: 'north', node3: 'south', node4: 'north' } as const;
  const siteOf = (node: string) => sites[node as keyof typeof sites];
  beforeAll(async () => {
    for (const [node, site] of Object.entries(sites)) await world.lab.exec('node1', 'crm_attribute', '--node', node, '--name', 'site', '--update', site);
    await world.lab.waitSettled();
  });

  it('takes all nodes of the listed site before the first of the other, never two of different sites at once, as the preview says', async () => {
    const options: PartialOptions = { order: { sites: ['north'] }, maxParallelNodes: 2 };
    await world.lab.offerSlow();
    const { plan } = await previewRun(world.temporal, { cluster: world.lab.place.name, options });
    expect(plan.nodes.map(({ node, site }) => [siteOf(node), site])).toEqual(['north', 'north', 'south', 'south'].map((site) => [site, site]));
    const report = await world.report(await world.start(options));
    // A report has its nodes as they were done, and of two at work together either may be first.
    expect(outcomes(report).toSorted()).toEqual(plan.nodes.map(({ node }) => `${node} Succeeded`).toSorted());
    expect(begunIn(report)).toEqual(plan.nodes.map(({ node }) => node));
    // The copies of the promotable role are on the two of the north.
    expect(pairsOf(report)).toEqual(['node1 node3']);
    await expectAllIsWell(report);
  });

  it('takes the site with the promoted copy last where none is listed', async () => {
    const promoted = atFirst.find((line) => line.includes('Promoted'))?.split(':')[0] ?? '';
    await world.lab.offerSlow();
    const report = await world.report(await world.start({ order: 'bySite' }));
    expect(report).toMatchObject({ outcome: 'Succeeded', failure: null });
    expect(begunIn(report).map(siteOf)).toEqual(['south', 'south', 'north', 'north']);
    expect(begunIn(report).at(-1)).toBe(promoted);
    await expectAllIsWell(report);
  });
});

describe('a run that takes longer than it may', () => {
  it('ends its node at work after the installation once stopGrace is over: that ends in peace, nothing is restarted, and no other node is begun', async () => {
    const [stopAfterMs, stopGraceMs] = [25_000, 1000];
    const options: PartialOptions = { order: ['node3', 'node4'], restartWhen: 'always', stopAfter: `${stopAfterMs}ms`, stopGrace: `${stopGraceMs}ms` };
    const boot = await world.lab.bootId('node3');
    const { handle, version, letGo } = await world.startStalled('node3', options, { nodes: ['node3', 'node4'] });
    const { startedAt } = await world.until(handle, isIn('node3', 'installing'));
    await expect.poll(() => Date.now(), { timeout: 60_000 }).toBeGreaterThan(Date.parse(startedAt) + stopAfterMs + stopGraceMs + 1000);
    await world.until(handle, isIn('node3', 'installing'));
    await letGo();
    const report = await world.report(handle);
    expect(report.nodes).toMatchObject([
      { node: 'node3', outcome: 'Canceled', installed: 1, restarts: [], kept: null },
      { node: 'node4', outcome: 'Canceled', installed: 0, startedAt: null, reason: expect.stringContaining('(stopAfter)') },
    ]);
    expect(await world.lab.bootId('node3')).toBe(boot);
    expect((await world.lab.installations('node3')).filter((line) => line.name === 'cau-demo-slow' && line.version === version)).toHaveLength(1);
    await expectAllIsWell(report);
  });
});
