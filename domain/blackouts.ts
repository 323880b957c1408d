/** Blackouts: days on which no node is begun, as an administrator writes them. */
import { z } from 'zod';
import { timeZoneSchema } from './maintenance-window.js';

const daySchema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a date such as "2026-12-24"');

/** Whole days in the time of a named zone, the first and the last included. */
export const blackoutSchema = z.strictObject({
  from: daySchema,
  until: daySchema,
  timeZone: timeZoneSchema,
  /** For whoever meets it. */
  reason: z.string().min(1).max(200).optional(),
});
export type Blackout = z.infer<typeof blackoutSchema>;

/** The blackout in the words of the administrator. */
export function renderBlackout({ from, until, timeZone, reason }: Blackout): string {
  const days = from === until ? from : `${from} to ${until}`;
  return `${days} ${timeZone}${reason === undefined ? '' : ` (${reason})`}`;
}
