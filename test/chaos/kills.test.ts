import { beforeAll, describe, expect, it } from 'vitest';
import { judgeKill } from './chaos.js';
import type { RunEvidence } from './evidence.js';
import { momentsOf } from './moments.js';
import { sampleOf } from './sample.js';
import { fastSeed } from './seed.js';
import { runInPeace, runWithKill, victims } from './single-kill.js';
import { useLane } from './test-lane.js';

const count = 12;
/** Where in a run, in percent of its moments. */
const places = Array.from({ length: 50 }, (_, index) => index * 2);
const kills = sampleOf(
  victims.flatMap((victim) => places.map((percent) => ({ victim, percent }))),
  fastSeed,
  count,
);
const findLane = useLane('kills');
let peace: RunEvidence;

describe(`a run over two nodes (seed ${fastSeed})`, () => {
  beforeAll(async () => {
    peace = await runInPeace(await findLane());
  });

  it('succeeds when nothing is killed', () => {
    expect(judgeKill(peace)).toEqual([]);
  });

  it.each(kills)('loses nothing when kill -9 takes the $victim after $percent percent of its events', async ({ victim, percent }) => {
    const moments = momentsOf(peace.events);
    const moment = moments[Math.floor((moments.length * percent) / 100)];
    if (moment === undefined) throw new Error('there is no such moment');
    const { evidence } = await runWithKill(await findLane(), { victim, moment });
    expect(judgeKill(evidence)).toEqual([]);
  });
});
