import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../domain/report.js';
import { startSeries, usualPatienceMs, type SeriesResult } from '../lab/probe-series.js';
import { witnessName } from '../lab/place.js';
import { pairsOf } from '../helpers/worked-together.js';
import { createLabWorld, type LabWorld } from './lab-world.js';
import { installedSince, placements, tracesInCib } from './proof.js';

describe('on a real Pacemaker cluster of 4 nodes with fencing and a quorum device, maxParallelNodes 2', () => {
  let world: LabWorld;
  beforeAll(async () => {
    world = await createLabWorld({ nodes: 4, quorumDevice: true });
  });
  afterAll(() => world.stop());

  describe('while the device lends its vote', () => {
    let report: Report;
    let before: { boots: number[]; places: string[] };
    let continuous: SeriesResult;
    beforeAll(async () => {
      const { lab } = world;
      before = { boots: await Promise.all(lab.nodes.map(async (node) => (await lab.bootIds(node)).length)), places: await placements(lab) };
      const series = await startSeries(lab.continuousUrl, 20, usualPatienceMs);
      report = await world.report(await world.start({ maxParallelNodes: 2 }));
      continuous = await series.end();
    });

    it('works on two nodes at once, and never on the two that have a copy of the promotable role', () => {
      expect(report).toMatchObject({ outcome: 'Succeeded', failure: null });
      const pairs = pairsOf(report);
      expect(pairs.length).toBeGreaterThanOrEqual(2);
      expect(pairs).not.toContain('node2 node4');
    });

    it('installs everything once, restarts each node once, has nobody fenced, and puts every role back', async () => {
      const { lab } = world;
      for (const [index, node] of lab.nodes.entries()) {
        expect((await installedSince(lab, node, /^cau-demo-/)).toSorted(), node).toEqual([
          'cau-demo-agent 1.1',
          'cau-demo-app 1.1',
          'cau-demo-kernel 1.1',
          'cau-demo-lib 1.1',
        ]);
        expect((await lab.bootIds(node)).length, node).toBe((before.boots[index] ?? 0) + 1);
      }
      expect(lab.powerLog).toEqual([]);
      expect(await placements(lab)).toEqual(before.places);
      expect(await tracesInCib(lab)).toEqual([]);
    });

    it('fails no request of a retrying client on the continuously available service', () => {
      expect(continuous.requests).toBeGreaterThan(500);
      expect(continuous.failed, JSON.stringify(continuous)).toBe(0);
    });

    it('keeps every invariant', async () => {
      expect(await world.complaintsAbout(report)).toEqual([]);
    });
  });

  it('takes one node at a time once the device is gone, says why, and keeps every invariant', async () => {
    const { lab } = world;
    await lab.machine(witnessName).crash();
    // Each node notices by itself, within the device's own time limit, and a run may ask any of them.
    const votes = () => Promise.all(lab.nodes.map(async (node) => /Total votes:\s+(\d+)/.exec(await lab.exec(node, 'corosync-quorumtool', '-s'))?.[1]));
    await expect.poll(votes, { timeout: 60_000 }).toEqual(lab.nodes.map(() => '4'));
    await lab.offerSlow();
    const report = await world.report(await world.start({ maxParallelNodes: 2 }, { nodes: ['node1', 'node3'] }));
    expect(report).toMatchObject({ outcome: 'Succeeded', failure: null });
    expect(pairsOf(report)).toEqual([]);
    expect(report.readiness).toContainEqual(expect.objectContaining({ id: 'plan.waves', message: expect.stringContaining('votes would be left') }));
    expect(await world.complaintsAbout(report)).toEqual([]);
  });
});
