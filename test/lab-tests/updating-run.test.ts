import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyRun } from '../../client/verify.js';
import { startSeries, type SeriesResult } from '../lab/probe-series.js';
import type { Report } from '../../domain/report.js';
import { createLabWorld, type LabWorld } from './lab-world.js';
import { installedSince, placements, recoveries, timesOut, tracesInCib } from './proof.js';

const wanted = ['cau-demo-agent 1.1', 'cau-demo-app 1.1', 'cau-demo-kernel 1.1', 'cau-demo-lib 1.1'];
/** 10,000 requests and more during a run of four nodes. */
const everyMs = 3;
/** A usual patience: more than the second after which TCP repeats a packet that was lost while the address moved. */
const patienceMs = 2000;

describe.each([4, 2] as const)('on a real Pacemaker cluster of %i nodes with fencing, one run', (count) => {
  let world: LabWorld;
  let report: Report;
  let before: { boots: string[]; places: string[]; recoveries: string[] };
  let web: SeriesResult;
  let continuous: SeriesResult;

  beforeAll(async () => {
    world = await createLabWorld({ nodes: count });
    const { lab } = world;
    before = { boots: await Promise.all(lab.nodes.map((node) => lab.bootId(node))), places: await placements(lab), recoveries: await recoveries(lab) };
    const series = await Promise.all([startSeries(lab.webUrl, 20), startSeries(lab.continuousUrl, everyMs, patienceMs)]);
    report = await world.report(await world.start());
    const [webSeries, continuousSeries] = series;
    [web, continuous] = await Promise.all([webSeries.end(), continuousSeries.end(10_000)]);
  });
  afterAll(() => world.stop());

  it('succeeds', () => {
    expect(report.failure).toBeNull();
    expect(report.outcome).toBe('Succeeded');
  });

  it('installs every update once on every node, also the dependent one and that of the cluster stack, as dpkg recorded it', async () => {
    for (const node of world.lab.nodes) {
      const installed = await installedSince(world.lab, node, /^cau-demo-/);
      expect(installed.toSorted(), node).toEqual(wanted);
      expect(await installedSince(world.lab, node, /^corosync$/), node).toEqual([expect.stringContaining('+cau1')]);
    }
  });

  it('restarts every node that needs it exactly once, as its journal recorded it', async () => {
    for (const [index, node] of world.lab.nodes.entries()) {
      const boots = await world.lab.bootIds(node);
      expect(boots.length, node).toBe(2);
      expect(boots[0], node).toBe(before.boots[index]?.replaceAll('-', ''));
    }
  });

  it('never has two nodes out of the cluster at once, as the journals of their peers recorded it', async () => {
    const times = (await Promise.all(world.lab.nodes.map((node) => timesOut(world.lab, node)))).flat().toSorted((left, right) => left.from - right.from);
    expect(times.length).toBeGreaterThanOrEqual(count);
    for (const [index, time] of times.entries()) expect(time.from).toBeGreaterThanOrEqual(times[index - 1]?.to ?? 0);
  });

  it('has nobody fenced and nothing restarted by recovery', async () => {
    expect(world.lab.powerLog).toEqual([]);
    expect(await recoveries(world.lab)).toEqual(before.recoveries);
  });

  it('puts every role back and leaves nothing of ours in the CIB', async () => {
    expect(await placements(world.lab)).toEqual(before.places);
    expect(await tracesInCib(world.lab)).toEqual([]);
  });

  it("is proven by the nodes' own records: cau verify says that every invariant holds", async () => {
    const { findings } = await verifyRun(world.temporal, { cluster: report.cluster, workflowId: report.run.workflowId });
    expect(findings.filter(({ state }) => state !== 'holds')).toEqual([]);
    expect(findings).toHaveLength(7);
  });

  it('fails no request of a retrying client on the continuously available service, over 10,000 requests', () => {
    expect(continuous.requests).toBeGreaterThanOrEqual(10_000);
    expect(continuous.failed).toBe(0);
  });

  it('interrupts the simple service at most twice', () => {
    expect(web.requests).toBeGreaterThan(500);
    expect(web.interruptions.length, JSON.stringify(web.interruptions)).toBeLessThanOrEqual(2);
  });
});
