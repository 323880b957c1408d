/** How much of everything is done: all on the usual terms, a share of it on the others, and the lab when nothing is picked. */
import type { Flags } from './flags.js';
import { termsNames, type TermsName } from './terms.js';

/** What is done on some terms; null stands for all kills that there are. */
export interface Portion {
  readonly terms: TermsName;
  readonly kills: number | null;
  readonly schedules: number;
}

const allSchedules = 300;
/** The share of terms that nobody asked for: all of it takes hours. */
const share = { kills: 24, schedules: 12 };

type Picking = Omit<Flags, 'lanes' | 'seed' | 'keep'>;

/** What is done on simulated clusters. */
export function portionsOf({ only, terms, count, schedule, workflow, event, sample }: Picking): Portion[] {
  if (only === 'lab') return [];
  // The number of a schedule or of an event means something on its own terms alone.
  const isOne = [schedule, workflow, event].some((pick) => pick !== undefined);
  const names = terms !== undefined ? [terms] : isOne ? (['usual'] as const) : termsNames;
  return names.map((name) => {
    const isShare = terms === undefined && name !== 'usual';
    const kills = isShare ? Math.min(sample ?? share.kills, share.kills) : (sample ?? null);
    const schedules = isShare ? Math.min(count ?? share.schedules, share.schedules) : Math.max(count ?? allSchedules, schedule ?? 0);
    return {
      terms: name,
      kills: only === 'schedules' || schedule !== undefined ? 0 : kills,
      schedules: only === 'kills' ? 0 : schedules,
    };
  });
}

/** Whether the lab has a part in it: in all of it, and where it is asked for. */
export function isLabWanted({ only, ...picks }: Picking): boolean {
  return only === undefined ? Object.values(picks).every((pick) => pick === undefined) : only === 'lab';
}
