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

  if (name === 'steered') {
    it('holds two nodes at once, steers the role that is free to go, and takes the one home that is not at home', () => {
      const steered = peace.sights.flatMap((sight) => sight.steered);
      expect([...new Set(steered)].toSorted()).toEqual(['mail', 'web']);
      expect(peace.sights.some((sight) => sight.held.length === 2)).toBe(true);
    });
  }

  it.each(kills)('loses nothing when kill -9 takes its $victim after $percent percent of its events', async ({ victim, percent }) => {
    const moments = momentsOf(peace.events);
    const moment = moments[Math.floor((moments.length * percent) / 100)];
    if (moment === undefined) throw new Error('there is no such moment');
    const { evidence } = await runWithKill(await findLane(), { victim, moment });
    const complaints = judgeKill(evidence);
    expect(complaints, complaints.join('\n')).toEqual([]);
  });
});
