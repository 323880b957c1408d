import { describe, expect, it } from 'vitest';
import { faultWorld, renderFaults } from './chaos.js';
import { schedulesOfSeed } from './schedules.js';
import { fastSeed } from './seed.js';
import { useLane } from './test-lane.js';
import { runTormented } from './tormented-run.js';

const count = 6;
const schedules = schedulesOfSeed(faultWorld, fastSeed, count).map((faults) => ({ faults, name: renderFaults(faults) }));
const findLane = useLane('faults');

describe(`a run ends in order, and the next one finds all in order (seed ${fastSeed})`, () => {
  it.each(schedules)('after $name', async ({ faults }) => {
    const { complaints } = await runTormented(await findLane(), faults);
    expect(complaints, complaints.join('\n')).toEqual([]);
  });
});
