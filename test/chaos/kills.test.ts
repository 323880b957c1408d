import { beforeAll, describe, expect, it } from 'vitest';
import { judgeKill } from './chaos.js';
import type { RunEvidence } from './evidence.js';
import { momentsOf } from './moments.js';
import { spreadOf } from './sample.js';
import { fastSeed } from './seed.js';
import { runInPeace, runWithKill, victims } from './single-kill.js';
import { useLane } from './test-lane.js';

/** For each victim one kill in each part of a run, in percent of its moments. */
const parts = 3;
const kills = victims.flatMap((victim, index) => spreadOf(100, parts, fastSeed + index).map((percent) => ({ victim, percent })));
const findLane = useLane('kills');
let peace: RunEvidence;

describe(`a run over two nodes (seed ${fastSeed})`, () => {
  beforeAll(async () => {
    peace = await runInPeace(await findLane());
  });

  it('succeeds when nothing is killed', () => {
    expect(judgeKill(peace)).toEqual([]);
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
