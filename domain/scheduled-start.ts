/** The start of a run by a schedule: when it is too late, and how it is left out. */
import { durationMs, renderElapsed, type Duration } from './duration.js';
import type { Finding } from './report.js';

/** What Temporal says of a run that a schedule started. */
export interface ScheduledStart {
  readonly schedule: string;
  /** When the run was to start. */
  readonly at: string;
}

/**
 * How late a start may come where the input of the run does not say it. Temporal's own limit is a year: a service that was down at night
 * would begin the update in the middle of the day.
 */
export const defaultCatchupWindow: Duration = '1h';

/** Whether a start by a schedule comes in time; if not, why not. */
export type StartVerdict = { readonly state: 'begin' } | { readonly state: 'skip'; readonly reason: string };

/** Whether the run may still begin `now`, in milliseconds since 1970. */
export function decideStart({ schedule, at }: ScheduledStart, catchupWindow: Duration | undefined, now: number): StartVerdict {
  const window = catchupWindow ?? defaultCatchupWindow;
  const lateMs = now - Date.parse(at);
  if (lateMs <= durationMs(window)) return { state: 'begin' };
  return {
    state: 'skip',
    reason: `The start of ${at} by schedule "${schedule}" comes too late, by ${renderElapsed(lateMs)}; the catch-up window is ${window}.`,
  };
}

const skippedId = 'schedule.start';

/** What the report of a run says that was left out at its start. */
export function skippedStart(message: string): Finding {
  const remedy = 'Nothing: the next start by the schedule comes at its time. To update before that, start a run ("cau run").';
  return { id: skippedId, severity: 'warning', message, remedy, skipped: false };
}

/** Why a run was left out at its start; null for every other one. */
export function reasonOfSkip(readiness: readonly Finding[]): string | null {
  return readiness.find(({ id }) => id === skippedId)?.message ?? null;
}
