/** What has to be so when a run on a lab is over and everything befell it that was to. */
import { expect } from 'vitest';
import type { Report } from '../../domain/report.js';
import type { LabWorld } from './lab-world.js';
import { placements, tracesInCib } from './proof.js';

/**
 * Every node serves, nothing of ours is left, and the nodes' own records keep every promise.
 * @param places where the roles have to be again; null where they may have found another place
 */
export async function expectWell(world: LabWorld, report: Report, places: readonly string[] | null): Promise<void> {
  await world.lab.waitSettled();
  expect(await tracesInCib(world.lab)).toEqual([]);
  if (places !== null) expect(await placements(world.lab)).toEqual(places);
  expect(await world.standbyNodes()).toEqual([]);
  expect(await world.complaintsAbout(report)).toEqual([]);
}
