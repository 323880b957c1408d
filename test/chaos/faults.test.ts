import { describe, expect, it } from 'vitest';
import { faultWorldOf, renderFaults } from './chaos.js';
import { schedulesOfSeed } from './schedules.js';
import { fastSeed } from './seed.js';
import { terms, termsNames, type TermsName } from './terms.js';
import { useLane } from './test-lane.js';
import { runTormented } from './tormented-run.js';

const counts: Readonly<Record<TermsName, number>> = { usual: 6, steered: 3 };

describe.each(termsNames)(`on %s terms a run ends in order, and the next one finds all in order (seed ${fastSeed})`, (name) => {
  const schedules = schedulesOfSeed(faultWorldOf(terms[name]), fastSeed, counts[name]).map((faults) => ({ faults, name: renderFaults(faults) }));
  const findLane = useLane(`faults-${name}`, name);

  it.each(schedules)('after $name', async ({ faults }) => {
    const { complaints } = await runTormented(await findLane(), faults);
    expect(complaints, complaints.join('\n')).toEqual([]);
  });
});
