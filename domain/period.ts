/** A period as people say it: since and until, each a date, a date with a time, or how long ago. */
import { durationMs, durationSchema } from './duration.js';
import { CauError } from './errors.js';

const date = /^\d{4}-\d{2}-\d{2}$/;
const dateAndTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * The moment that is meant, as ISO 8601 in UTC. A date alone means all of that day: its beginning as the start of a period, the
 * beginning of the next day as the end of one. What names no zone is in the zone of whoever asks.
 * @throws CauError `InvalidInput` naming the field
 */
export function parseMoment(text: string, edge: 'since' | 'until', now: Date): string {
  if (durationSchema.safeParse(text).success) return new Date(now.getTime() - durationMs(text)).toISOString();
  const moment = date.test(text) ? startOfDay(text) : dateAndTime.test(text) ? new Date(text) : null;
  if (moment === null || Number.isNaN(moment.getTime())) {
    throw new CauError('InvalidInput', `--${edge}: "${text}" is no date; allowed are "2026-11-01", "2026-11-01T22:00", or how long ago, such as "7d".`, {
      where: edge,
    });
  }
  if (edge === 'until' && date.test(text)) moment.setDate(moment.getDate() + 1);
  return moment.toISOString();
}

/** Null for a day that its month does not have: the language would take the 31st of February for a day in March. */
function startOfDay(text: string): Date | null {
  const midnight = new Date(`${text}T00:00`);
  return midnight.getDate() === Number(text.slice(-2)) ? midnight : null;
}
