import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { previewRun } from '../../client/runs.js';
import type { PartialOptions } from '../../domain/options.js';
import type { Report } from '../../domain/report.js';
import { createLabWorld, type LabWorld } from './lab-world.js';
import { tracesInCib } from './proof.js';

/** "ca-ip" prefers no node; "web" and "files" prefer node1 and node3, but stay where they are, as this stickiness says. */
const sticky = ['crm_attribute', '--type', 'rsc_defaults', '--name', 'resource-stickiness', '--update', '1000'] as const;

let world: LabWorld;
let offers = 0;
beforeAll(async () => {
  world = await createLabWorld({ nodes: 4, offers: [] });
  await world.lab.exec('node1', ...sticky);
});
afterAll(() => world.stop());
beforeEach(() => world.lab.offer(`slow${(offers += 1)}` as 'slow1'));

const placeOf = async (role: string) => /is running on: (\w+)/.exec(await world.lab.exec('node1', 'crm_resource', '--resource', role, '--locate'))?.[1];

/** Previews it, runs it, and proves that Pacemaker did what the preview said and that nothing of the run is left. */
async function runAsForeseen(options: PartialOptions): Promise<{ readonly report: Report; readonly moves: number; readonly leastMoves: number }> {
  const given: PartialOptions = { ...options, order: [...world.lab.nodes] };
  const { modes = [] } = await previewRun(world.temporal, { cluster: world.lab.place.name, options: given });
  const mode = modes.find((one) => one.placement === (options.placement ?? 'cluster') && one.failback === options.failback);
  const report = await world.report(await world.start(given));
  expect(report).toMatchObject({ outcome: 'Succeeded', failure: null });
  const moves = report.roles.reduce((sum, role) => sum + role.moves, 0);
  expect(mode?.moves).toBe(moves);
  expect(await world.complaintsAbout(report)).toEqual([]);
  expect(await tracesInCib(world.lab)).toEqual([]);
  expect(world.lab.powerLog).toEqual([]);
  return { report, moves, leastMoves: mode?.leastMoves ?? -1 };
}

describe('on a real Pacemaker cluster whose roles stick to where they are', () => {
  it('failback "immediate" takes each role home that is preferred there, as soon as its node is back', async () => {
    const { report } = await runAsForeseen({ failback: 'immediate' });
    const home = report.nodes.flatMap((node) => node.moves.filter((move) => move.when === 'failback').map(({ role, to }) => `${role} ${to ?? ''}`));
    expect(home).toEqual(['web node1', 'files node3']);
    expect([await placeOf('web'), await placeOf('files-srv')]).toEqual(['node1', 'node3']);
  });

  it('placement "fewestMoves" with failback "end" moves every role as seldom as Pacemaker allows, and takes home at the end', async () => {
    const { report, moves, leastMoves } = await runAsForeseen({ placement: 'fewestMoves', failback: 'end' });
    expect(moves).toBe(leastMoves);
    expect(report.nodes.flatMap((node) => node.moves).map((move) => move.when)).not.toContain('failback');
    expect([await placeOf('web'), await placeOf('files-srv')]).toEqual(['node1', 'node3']);
  });

  it('placement "fewestMoves" with failback "cluster" moves every role as seldom as Pacemaker allows', async () => {
    const { moves, leastMoves } = await runAsForeseen({ placement: 'fewestMoves', failback: 'cluster' });
    expect(moves).toBe(leastMoves);
  });
});
