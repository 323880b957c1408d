/** When nodes may be begun: the maintenance window in moments, as far as no blackout cuts it short. */
import { Temporal } from 'temporal-polyfill';
import { renderBlackout, type Blackout } from '../domain/blackouts.js';
import { CauError } from '../domain/errors.js';
import type { SettledWindow } from '../domain/maintenance-window.js';
import type { RunOptions } from '../domain/options.js';
import { noSuchTimeZone } from '../domain/time-zone.js';
import { settleWindow } from './settle-window.js';

/** Days in moments; `beginsMs` is in it, `endsMs` is not. */
interface Period {
  readonly blackout: Blackout;
  readonly beginsMs: number;
  readonly endsMs: number;
}

/**
 * The window of a run that is asked for at `from`; null when nodes may be begun at any time.
 * @throws CauError `InvalidInput` as `settleWindow`, and for days that are none; `Blackout` when the first node would be begun in one
 */
export function settleTimes(window: RunOptions['window'], blackouts: readonly Blackout[], from: Date): SettledWindow | null {
  const settled = window === 'always' ? null : settleWindow(window, from);
  const beginsMs = Date.parse(settled?.opensAt ?? from.toISOString());
  const periods = blackouts.map(periodOf);
  const present = periods.find((period) => period.beginsMs <= beginsMs && beginsMs < period.endsMs);
  if (present !== undefined) throw inBlackout(present, beginsMs);
  const next = periods.filter((period) => period.beginsMs > beginsMs).toSorted((one, other) => one.beginsMs - other.beginsMs)[0];
  if (next === undefined || (settled !== null && Date.parse(settled.closesAt) <= next.beginsMs)) return settled;
  const cut = `until the blackout of ${renderBlackout(next.blackout)}`;
  return {
    opensAt: settled?.opensAt ?? null,
    closesAt: new Date(next.beginsMs).toISOString(),
    written: settled === null ? cut : `${settled.written}, ${cut}`,
  };
}

function periodOf(blackout: Blackout, index: number): Period {
  const { from, until, timeZone } = blackout;
  requireZone(timeZone, index);
  const begins = midnight(from, timeZone, `${index}.from`);
  const last = midnight(until, timeZone, `${index}.until`);
  if (Temporal.ZonedDateTime.compare(last, begins) < 0) throw refuse(`${index}.until`, `${until} is before ${from}`);
  // The next midnight, not 24 hours later: clocks may change in between.
  return { blackout, beginsMs: begins.epochMilliseconds, endsMs: last.add({ days: 1 }).startOfDay().epochMilliseconds };
}

/** Before the days, or they would be blamed for it. */
function requireZone(timeZone: string, index: number): void {
  try {
    Temporal.Now.zonedDateTimeISO(timeZone);
  } catch (error) {
    throw refuse(`${index}.timeZone`, noSuchTimeZone(timeZone), error);
  }
}

/** Where clocks skip midnight, the first moment of the day. */
function midnight(day: string, timeZone: string, field: string): Temporal.ZonedDateTime {
  try {
    return Temporal.PlainDate.from(day, { overflow: 'reject' }).toZonedDateTime(timeZone);
  } catch (error) {
    throw refuse(field, `there is no day "${day}" in the time of "${timeZone}"`, error);
  }
}

function refuse(field: string, what: string, cause?: unknown): CauError {
  return new CauError('InvalidInput', `options.blackouts.${field}: ${what}.`, { where: `options.blackouts.${field}`, cause });
}

function inBlackout({ blackout, endsMs }: Period, beginsMs: number): CauError {
  const [begins, ends] = [beginsMs, endsMs].map((ms) => new Date(ms).toISOString());
  return new CauError('Blackout', `The first node would be begun at ${begins}, in the blackout of ${renderBlackout(blackout)}, which ends at ${ends}.`, {
    where: 'options.blackouts',
  });
}
