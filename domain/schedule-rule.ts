/** When a schedule starts runs, as an administrator says it: how it repeats, at what time of day, in which zone, from and until when. */
import { z } from 'zod';

/** In the order of ISO 8601: a week begins on Monday. */
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];

/** A text of that form; the same words when it is missing, of another type, or of another form. */
const text = (form: RegExp, words: string) => z.string(words).regex(form, words);

const at = text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "03:00"');
const days = z.array(z.enum(weekdays)).min(1);
const date = text(/^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a date such as "2026-12-01"');
const last = z.literal('last');

/** Which of the weekday's days in a month: its first to fourth, or its last. A fifth is not in every month. */
const week = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), last]);
export type WeekOfMonth = z.infer<typeof week>;

const daily = z.strictObject({ repeat: z.literal('daily'), at });
/** With `everyWeeks` above 1 the week of `from` is the first one. */
const weekly = z.strictObject({ repeat: z.literal('weekly'), days, everyWeeks: z.number().int().min(1).max(52), at });
/** A month without that date is left out. */
const monthly = z.strictObject({ repeat: z.literal('monthly'), dates: z.array(z.union([z.number().int().min(1).max(31), last])).min(1), at });
const monthlyByWeekday = z.strictObject({ repeat: z.literal('monthlyByWeekday'), weeks: z.array(week).min(1), days, at });
/** As Temporal reads it: day of month and day of week must both fit. */
const cron = z.strictObject({
  repeat: z.literal('cron'),
  cron: text(/^[\d*A-Za-z,/-]+( [\d*A-Za-z,/-]+){4}$/, 'five fields (minute, hour, day of month, month, day of week) such as "0 3 * * 2"'),
});
const once = z.strictObject({
  repeat: z.literal('once'),
  on: text(/^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$/, 'a date with a time such as "2026-12-01T03:00"'),
});

/** When runs are started again and again, or once; times are those of a time zone. */
export const scheduleRuleSchema = z.discriminatedUnion('repeat', [daily, weekly, monthly, monthlyByWeekday, cron, once]);
export type ScheduleRule = z.infer<typeof scheduleRuleSchema>;

/** A rule with its time zone, and the days between which it counts. */
export const scheduleTimesSchema = z.strictObject({
  rule: scheduleRuleSchema,
  /** A name of the IANA data base, such as `Europe/Zurich`. There is no default: 03:00 of nowhere in particular is a mistake. */
  timeZone: text(/^[A-Za-z][A-Za-z0-9_+/-]{1,60}$/, 'the name of a time zone such as "Europe/Zurich" or "UTC"'),
  /** The first day on which a run may start. */
  from: date.optional(),
  /** The last day on which a run may start. */
  until: date.optional(),
});
export type ScheduleTimes = z.infer<typeof scheduleTimesSchema>;
