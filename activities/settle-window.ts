/**
 * A maintenance window in moments. Settled by an activity, once for a run: what a time zone means is knowledge of the
 * machine that is asked, and two coordinators may have different versions of it.
 */
import { Temporal } from 'temporal-polyfill';
import { CauError } from '../domain/errors.js';
import { renderWindow, type MaintenanceWindow, type SettledWindow } from '../domain/maintenance-window.js';
import { noSuchTimeZone } from '../domain/time-zone.js';

const longestWaitHours = 48;

/**
 * The window that is open, or the next one. A time that a change of the clocks skips or repeats is taken so that the
 * window is the shorter: it opens at the later moment and closes at the earlier one.
 * @throws CauError `InvalidInput` for a zone that nobody knows, a date that is over or too far away, or an empty window
 */
export function settleWindow(window: MaintenanceWindow, from: Date): SettledWindow {
  const now = Temporal.Instant.fromEpochMilliseconds(from.getTime());
  const today = localNow(window, now).toPlainDate();
  const found = isDaily(window) ? nextDaily(window, now, today) : theOne(window, now);
  return {
    opensAt: found.opens !== null && Temporal.Instant.compare(found.opens, now) > 0 ? render(found.opens) : null,
    closesAt: render(found.closes),
    written: renderWindow(window),
  };
}

interface Found {
  readonly opens: Temporal.Instant | null;
  readonly closes: Temporal.Instant;
}

function localNow({ timeZone }: MaintenanceWindow, now: Temporal.Instant): Temporal.ZonedDateTime {
  try {
    return now.toZonedDateTimeISO(timeZone);
  } catch (error) {
    throw refuse('timeZone', noSuchTimeZone(timeZone), error);
  }
}

function isDaily({ start, end }: MaintenanceWindow): boolean {
  const forms = new Set([start ?? end, end].map((time) => time.includes('T')));
  if (forms.size > 1) throw refuse('start', 'start and end are both times of day ("22:00"), or both dates with a time ("2027-03-28T06:00")');
  return !end.includes('T');
}

/** Yesterday's window may be open still; tomorrow's is needed when today's is over, or was swallowed by a change of the clocks. */
function nextDaily({ start, end, timeZone }: MaintenanceWindow, now: Temporal.Instant, today: Temporal.PlainDate): Found {
  const endsNextDay = start !== undefined && end <= start;
  for (let days = -1; days <= 2; days += 1) {
    const day = today.add({ days });
    const opens = start === undefined ? null : moment(`${day.toString()}T${start}`, timeZone, 'later');
    const closes = moment(`${(endsNextDay ? day.add({ days: 1 }) : day).toString()}T${end}`, timeZone, 'earlier');
    const isEmpty = opens !== null && Temporal.Instant.compare(closes, opens) <= 0;
    if (!isEmpty && Temporal.Instant.compare(closes, now) > 0) return { opens, closes };
  }
  throw refuse('end', 'the window is never open in the next days');
}

function theOne({ start, end, timeZone }: MaintenanceWindow, now: Temporal.Instant): Found {
  const opens = start === undefined ? null : moment(start, timeZone, 'later', 'start');
  const closes = moment(end, timeZone, 'earlier', 'end');
  if (Temporal.Instant.compare(closes, now) <= 0) throw refuse('end', `the window closed at ${render(closes)}`);
  if (opens !== null && Temporal.Instant.compare(closes, opens) <= 0)
    throw refuse('end', `the window would close at ${render(closes)}, before it opens at ${render(opens)}`);
  if (opens !== null && now.until(opens).total('hours') > longestWaitHours)
    throw refuse('start', `the window opens at ${render(opens)}; a run waits ${longestWaitHours} hours at most, since no other run can work meanwhile`);
  return { opens, closes };
}

function moment(local: string, timeZone: string, disambiguation: 'earlier' | 'later', field: 'start' | 'end' = 'end'): Temporal.Instant {
  try {
    return Temporal.PlainDateTime.from(local, { overflow: 'reject' }).toZonedDateTime(timeZone, { disambiguation }).toInstant();
  } catch (error) {
    throw refuse(field, `there is no day "${local}"`, error);
  }
}

function render(instant: Temporal.Instant): string {
  return new Date(instant.epochMilliseconds).toISOString();
}

function refuse(field: 'start' | 'end' | 'timeZone', what: string, cause?: unknown): CauError {
  return new CauError('InvalidInput', `options.window.${field}: ${what}.`, { where: `options.window.${field}`, cause });
}
