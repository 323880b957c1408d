/** The part of the chaos suite on simulated clusters: kills and schedules on some terms, as far as they are wanted. */
import { faultWorldOf, recordMoments, tryKills, trySchedules, type Manner, type Trial } from './chaos.js';
import type { Flags } from './flags.js';
import type { Portion } from './portions.js';
import { sampleOf, shareOf } from './sample.js';
import { schedulesOfSeed } from './schedules.js';
import { victims } from './single-kill.js';

const whole = { number: 1, parts: 1 };

export async function tormentSimulated(portion: Portion, flags: Flags, manner: Manner): Promise<Trial[]> {
  manner.progress(`seed ${flags.seed}, terms ${portion.terms}, ${flags.lanes} clusters side by side`);
  const kills = portion.kills === 0 ? [] : await tryWantedKills(portion, flags, manner);
  const schedules = portion.schedules === 0 ? [] : await tryWantedSchedules(portion, flags, manner);
  return [...kills, ...schedules];
}

async function tryWantedKills({ kills: most }: Portion, flags: Flags, manner: Manner): Promise<Trial[]> {
  const moments = await recordMoments(manner);
  const wanted = moments
    .filter(({ workflow, event }) => workflow === (flags.workflow ?? workflow) && event === (flags.event ?? event))
    .flatMap((moment) => victims.filter((victim) => victim === (flags.victim ?? victim)).map((victim) => ({ victim, moment })));
  const shared = shareOf(wanted, flags.share ?? whole);
  const kills = most === null ? shared : sampleOf(shared, flags.seed, most);
  manner.progress(`${moments.length} moments, ${kills.length} kills`);
  return tryKills(kills, manner);
}

async function tryWantedSchedules({ schedules }: Portion, flags: Flags, manner: Manner): Promise<Trial[]> {
  const all = schedulesOfSeed(faultWorldOf(manner.terms), flags.seed, schedules).map((faults, index) => ({ number: index + 1, faults }));
  return trySchedules(
    shareOf(all, flags.share ?? whole).filter(({ number }) => number === (flags.schedule ?? number)),
    manner,
  );
}
