import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSeries, usualPatienceMs, type SeriesResult } from '../lab/probe-series.js';
import { usualOffers } from '../lab/repository.js';
import { verifyRun } from '../../client/verify.js';
import type { Report } from '../../domain/report.js';
import { invariants } from '../../domain/verify/verify-run.js';
import { createLabWorld, type LabWorld } from './lab-world.js';
import { installedSince, placements, recoveries, tracesInCib } from './proof.js';

const wanted = ['cau-demo-agent 1.1', 'cau-demo-app 1.1', 'cau-demo-kernel 1.1', 'cau-demo-lib 1.1', 'cau-demo-service 1.1'];
const asksForRestart = 'cau-demo-kernel';
/** 10,000 requests and more during a run of four nodes. */
const everyMs = 3;

describe.each([4, 2] as const)('on a real Pacemaker cluster of %i nodes with fencing, one run', (count) => {
  /** Nodes on which an administrator holds the update that asks for a restart. */
  const spared: readonly string[] = count === 4 ? ['node4'] : [];
  let world: LabWorld;
  let report: Report;
  let before: { boots: string[]; places: string[]; recoveries: string[] };
  let web: SeriesResult;
  let continuous: SeriesResult;

  beforeAll(async () => {
    world = await createLabWorld({ nodes: count, offers: [...usualOffers, 'service'] });
    const { lab } = world;
    for (const node of spared) await lab.exec(node, 'apt-mark', 'hold', asksForRestart);
    before = { boots: await Promise.all(lab.nodes.map((node) => lab.bootId(node))), places: await placements(lab), recoveries: await recoveries(lab) };
    const series = await Promise.all([startSeries(lab.webUrl, 20), startSeries(lab.continuousUrl, everyMs, usualPatienceMs)]);
    report = await world.report(await world.start());
    const [webSeries, continuousSeries] = series;
    [web, continuous] = await Promise.all([webSeries.end(), continuousSeries.end(10_000)]);
  });
  afterAll(() => world.stop());

  it('succeeds', () => {
    expect(report.failure).toBeNull();
    expect(report.outcome).toBe('Succeeded');
  });

  it('installs every update once on every node that does not hold it, also the dependent one and that of the cluster stack, as dpkg recorded it', async () => {
    for (const node of world.lab.nodes) {
      const installed = await installedSince(world.lab, node, /^cau-demo-/);
      expect(installed.toSorted(), node).toEqual(wanted.filter((update) => !spared.includes(node) || !update.startsWith(asksForRestart)));
      expect(await installedSince(world.lab, node, /^corosync$/), node).toEqual([expect.stringContaining('+cau1')]);
    }
  });

  it('restarts every node that needs it exactly once, and no other, as its journal recorded it', async () => {
    for (const [index, node] of world.lab.nodes.entries()) {
      const boots = await world.lab.bootIds(node);
      expect(boots.length, node).toBe(spared.includes(node) ? 1 : 2);
      expect(boots[0], node).toBe(before.boots[index]?.replaceAll('-', ''));
    }
  });

  it('leaves a service that the cluster runs off where an update enables it, runs it nowhere twice, and says so', async () => {
    const { lab } = world;
    for (const node of lab.nodes) {
      expect(await world.sh(node, 'systemctl is-enabled nginx.service; systemctl is-active nginx.service; true'), node).toBe('disabled\ninactive');
      // The cluster starts one with each of these; systemd would have started another with the first.
      const servers = (await world.sh(node, 'pgrep -af "[n]ginx: master"')).split('\n').map((line) => /[\w-]+\.conf/.exec(line)?.[0] ?? line);
      expect(servers.toSorted(), node).toEqual(
        before.places.some((place) => place.startsWith(`${node}: web-srv`)) ? ['continuous.conf', 'nginx.conf'] : ['continuous.conf'],
      );
    }
    expect(report.nodes.map(({ notes }) => notes)).toEqual(
      lab.nodes.map(() => expect.arrayContaining(['Services that the updates enabled were turned off again: nginx.service'])),
    );
  });

  it("keeps every invariant, by dpkg's logs, journals, Pacemaker's own log on every node, and the CIB", async () => {
    const verification = await verifyRun(world.temporal, { cluster: world.lab.place.name, workflowId: report.run.workflowId });
    expect(verification.findings.map(({ id, state, broken, unknown }) => ({ id, state, broken, unknown }))).toEqual(
      invariants.map(({ id }) => ({ id, state: 'holds', broken: [], unknown: [] })),
    );
    expect(verification.silent).toEqual([]);
    expect(verification.findings[0]?.basis).toBe(`${count} holds of the run in the history of the cluster, 1 allowed at once`);
    expect(verification.findings[5]?.basis).toMatch(
      new RegExp(`^${count * 6 - spared.length} installations and ${count - spared.length} boots on ${count} nodes`),
    );
  });

  it('has nobody fenced and nothing restarted by recovery', async () => {
    expect(world.lab.powerLog).toEqual([]);
    expect(await recoveries(world.lab)).toEqual(before.recoveries);
  });

  it('puts every role back and leaves nothing of ours in the CIB', async () => {
    expect(await placements(world.lab)).toEqual(before.places);
    expect(await tracesInCib(world.lab)).toEqual([]);
  });

  it('is found to have broken one as soon as the dpkg log of a node has an update twice', async () => {
    const again = 'lines=$(grep -E \' (upgrade|status installed) cau-demo-app:.* 1\\.1$\' /var/log/dpkg.log) && echo "$lines" >> /var/log/dpkg.log';
    await world.lab.exec('node1', 'sh', '-c', again);
    const { findings, state } = await verifyRun(world.temporal, { cluster: world.lab.place.name, workflowId: report.run.workflowId });
    expect(state).toBe('broken');
    expect(findings.find(({ id }) => id === 'work.once')?.broken).toEqual([expect.stringMatching(/^node1 installed cau-demo-app 1\.1 at .* and again at /)]);
  });

  it('fails no request of a retrying client on the continuously available service, over 10,000 requests', () => {
    expect(continuous.requests).toBeGreaterThanOrEqual(10_000);
    expect(continuous.failed, JSON.stringify(continuous)).toBe(0);
  });

  it('interrupts the simple service at most twice', () => {
    expect(web.requests).toBeGreaterThan(500);
    expect(web.interruptions.length, JSON.stringify(web.interruptions)).toBeLessThanOrEqual(2);
  });
});
