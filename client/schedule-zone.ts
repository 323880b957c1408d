/** What a schedule must know of its time zone. */
import { Temporal } from 'temporal-polyfill';
import { CauError } from '../domain/errors.js';
import type { ScheduleTimes } from '../domain/schedule-rule.js';
import type { ZoneFacts } from '../domain/schedule-spec.js';
import { noSuchTimeZone } from '../domain/time-zone.js';

const years = 10;

/**
 * The limits of the schedule in moments, and the offsets of its zone.
 * @throws CauError `InvalidInput` for a zone or a day that does not exist
 */
export function findZoneFacts({ timeZone, from, until }: Pick<ScheduleTimes, 'timeZone' | 'from' | 'until'>): ZoneFacts {
  requireZone(timeZone);
  const startOf = (field: 'from' | 'until', date: string, days: number) => {
    try {
      return new Date(Temporal.PlainDate.from(date, { overflow: 'reject' }).add({ days }).toZonedDateTime(timeZone).epochMilliseconds);
    } catch (cause) {
      throw new CauError('InvalidInput', `${field}: there is no day "${date}".`, { where: field, cause });
    }
  };
  return {
    offsetsMinutes: findOffsets(timeZone),
    startAt: from === undefined ? null : startOf('from', from, 0),
    endAt: until === undefined ? null : new Date(startOf('until', until, 1).getTime() - 1000),
  };
}

/** The offsets that the zone has in the coming years, and one hour on either side: a law may change them, and the schedule must still start. */
function findOffsets(timeZone: string): number[] {
  const now = Temporal.Now.zonedDateTimeISO(timeZone);
  const found = Array.from({ length: years * 12 }, (_month, months) => now.add({ months }).offsetNanoseconds / 60_000_000_000);
  return [...new Set(found.flatMap((offset) => [offset - 60, offset, offset + 60]))].toSorted((left, right) => left - right);
}

function requireZone(timeZone: string): void {
  try {
    Temporal.Now.zonedDateTimeISO(timeZone);
  } catch (cause) {
    throw new CauError('InvalidInput', `timeZone: ${noSuchTimeZone(timeZone)}.`, {
      where: 'timeZone',
      cause,
    });
  }
}
