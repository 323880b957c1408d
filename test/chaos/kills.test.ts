import { beforeAll, describe, expect, it } from 'vitest';
import { judgeKill } from './chaos.js';
import type { RunEvidence } from './evidence.js';
import { momentsOf } from './moments.js';
import { spreadOf } from './sample.js';
import { fastSeed } from './seed.js';
import { runInPeace, runWithKill, victims } from './single-kill.js';
import { termsNames, type TermsName } from './terms.js';
import { useLane } from './test-lane.js';

/** For each victim one kill in each part of a run, in percent of its moments. */
const parts: Readonly<Record<TermsName, number>> = { usual: 3, steered: 1 };

/** What a run does to which nothing happens. */
const inPeace: Readonly<Record<TermsName, { readonly steered: readonly string[]; readonly held: number }>> = {
  usual: { steered: [], held: 1 },
  steered: { steered: ['mail', 'web'], held: 2 },
};

describe.each(termsNames)(`a run on %s terms (seed ${fastSeed})`, (name) => {
  const kills = victims.flatMap((victim, index) => spreadOf(100, parts[name], fastSeed + index).map((percent) => ({ victim, percent })));
  const findLane = useLane(`kills-${name}`, name);
  let peace: RunEvidence;

  beforeAll(async () => {
    peace = await runInPeace(await findLane());
  });

  it('succeeds when nothing is killed', () => {
    expect(judgeKill(peace)).toEqual([]);
  });

  it('steers the roles that are free to go or not at home, where that is asked for, and holds as many nodes at once as its terms allow', () => {
    const { steered, held } = inPeace[name];
    expect([...new Set(peace.sights.flatMap((sight) => sight.steered))].toSorted()).toEqual(steered);
    expect(Math.max(...peace.sights.map((sight) => sight.held.length))).toBe(held);
  });

  it.each(kills)('loses nothing when kill -9 takes its $victim after $percent percent of its events', async ({ victim, percent }) => {
    const moments = momentsOf(peace.events);
    const moment = moments[Math.floor((moments.length * percent) / 100)];
    if (moment === undefined) throw new Error('there is no such moment');
    const { evidence } = await runWithKill(await findLane(), { victim, moment });
    const complaints = judgeKill(evidence);
    expect(complaints, complaints.join('\n')).toEqual([]);
  });
});
