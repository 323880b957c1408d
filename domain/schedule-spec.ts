/**
 * A rule as Temporal's specification of times. All of it is done by Temporal itself, so that what is shown is what starts:
 * no run is begun only to find out that it is not its week.
 */
import { weekdays, type ScheduleRule, type ScheduleTimes, type Weekday, type WeekOfMonth } from './schedule-rule.js';
import { renderRule } from './schedule-words.js';

/** What must be known of the time zone; the knowledge is that of the machine that makes the schedule. */
export interface ZoneFacts {
  /** The offsets from UTC that the zone may have, in minutes; used for every n weeks only. */
  readonly offsetsMinutes: readonly number[];
  readonly startAt: Date | null;
  readonly endAt: Date | null;
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step?: number;
}

/** One of Temporal's calendars: all of its fields must fit. What is not given fits always, but for the time of day, which is then 0. */
export interface Calendar {
  readonly minute?: number | Range[] | '*';
  readonly hour?: number | Range[];
  readonly second?: '*';
  readonly dayOfMonth?: (number | Range)[];
  readonly month?: Month[];
  readonly year?: (number | Range)[];
  readonly dayOfWeek?: Uppercase<Weekday>[];
  readonly comment?: string;
}
type Month = (typeof months)[number];

/** A specification in the form that Temporal's client takes. Lengths of time are in milliseconds. */
export interface ScheduleSpec {
  readonly timezone: string;
  readonly calendars?: Calendar[];
  readonly intervals?: { readonly every: number; readonly offset: number }[];
  readonly cronExpressions?: string[];
  readonly skip?: Calendar[];
  readonly startAt?: Date;
  readonly endAt?: Date;
}

/** The specification that starts runs at these times and at no others. */
export function specOf(times: ScheduleTimes, zone: ZoneFacts): ScheduleSpec {
  return {
    timezone: times.timeZone,
    ...timesOf(times, zone),
    ...(zone.startAt === null ? {} : { startAt: zone.startAt }),
    ...(zone.endAt === null ? {} : { endAt: zone.endAt }),
  };
}

function timesOf({ rule, from }: ScheduleTimes, { offsetsMinutes }: ZoneFacts): Omit<ScheduleSpec, 'timezone'> {
  const on = (calendars: Calendar[]) => ({ calendars: calendars.map((calendar) => ({ ...calendar, comment: renderRule(rule) })) });
  switch (rule.repeat) {
    case 'daily':
      return on([timeOf(rule.at)]);
    case 'weekly':
      if (rule.everyWeeks > 1) return everyFewWeeks(rule, from ?? '', offsetsMinutes);
      return on([{ ...timeOf(rule.at), dayOfWeek: upper(rule.days) }]);
    case 'monthly':
      return on(datesOf(rule.dates).map((calendar) => ({ ...timeOf(rule.at), ...calendar })));
    case 'monthlyByWeekday':
      return on(weeksOf(rule.weeks).map((calendar) => ({ ...timeOf(rule.at), ...calendar, dayOfWeek: upper(rule.days) })));
    case 'cron':
      return { cronExpressions: [rule.cron] };
    case 'once': {
      const [year, month, day] = rule.on.split(/\D/).map(Number) as [number, number, number];
      return on([{ ...timeOf(rule.on.slice(11)), year: [year], month: months.slice(month - 1, month), dayOfMonth: [day] }]);
    }
  }
}

const dayMs = 86_400_000;
/** JavaScript counts days of the week from Sunday. */
const mondayBased = (day: number) => (day + 6) % 7;

/**
 * Temporal's intervals are of UTC, and would drift against the clock on the wall when it changes. So each start is an
 * interval for every offset that the zone may have, and whatever is not at the asked time on that clock is left out.
 */
function everyFewWeeks({ days, everyWeeks, at }: Extract<ScheduleRule, { repeat: 'weekly' }>, from: string, offsetsMinutes: readonly number[]) {
  const every = everyWeeks * 7 * dayMs;
  const first = Date.parse(`${from}T00:00:00Z`);
  const monday = first - mondayBased(new Date(first).getUTCDay()) * dayMs;
  const { hour, minute } = timeOf(at);
  const startsAt = days.map((day) => monday + weekdays.indexOf(day) * dayMs + (hour * 60 + minute) * 60_000);
  const phases = startsAt.flatMap((local) => offsetsMinutes.map((offset) => modulo(local - offset * 60_000, every)));
  return {
    intervals: [...new Set(phases)].map((offset) => ({ every, offset })),
    skip: allBut(hour, minute),
  };
}

/** Every time of day but this one. */
function allBut(hour: number, minute: number): Calendar[] {
  const hours = complement(hour, 23);
  const minutes = complement(minute, 59);
  return [
    { second: '*', minute: '*', hour: hours, comment: 'only at the time of day that was asked for' },
    { second: '*', minute: minutes, hour, comment: 'only at the time of day that was asked for' },
  ];
}

/** One calendar for each length of a month when the last day is asked for: Temporal cannot count from the end. */
function datesOf(dates: readonly (number | 'last')[]): Calendar[] {
  const counted = dates.filter((date) => date !== 'last');
  return [...(counted.length === 0 ? [] : [{ dayOfMonth: [...counted] }]), ...(dates.includes('last') ? lastDays(1) : [])];
}

/** The nth of a weekday is that weekday within seven days of the month. */
function weeksOf(weeks: readonly WeekOfMonth[]): Calendar[] {
  const counted = weeks.filter((week) => week !== 'last');
  const ranges = counted.map((week) => ({ start: week * 7 - 6, end: week * 7 }));
  return [...(ranges.length === 0 ? [] : [{ dayOfMonth: ranges }]), ...(weeks.includes('last') ? lastDays(7) : [])];
}

/** The last days of every month. Temporal's calendars end with the year 2100, which is no leap year. */
function lastDays(count: number): Calendar[] {
  const ofLength = (length: number) => [{ start: length - count + 1, end: length }];
  const leapYears = { start: 2000, end: 2096, step: 4 };
  const otherYears = [2001, 2002, 2003].map((start) => ({ start, end: start + 96, step: 4 }));
  return [
    { month: months.filter((_month, index) => lengths[index] === 31), dayOfMonth: ofLength(31) },
    { month: months.filter((_month, index) => lengths[index] === 30), dayOfMonth: ofLength(30) },
    { month: ['FEBRUARY'], year: [leapYears], dayOfMonth: ofLength(29) },
    { month: ['FEBRUARY'], year: [...otherYears, 2100], dayOfMonth: ofLength(28) },
  ];
}

const months = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const satisfies readonly string[];
const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const timeOf = (at: string) => ({ hour: Number(at.slice(0, 2)), minute: Number(at.slice(3, 5)) });
const upper = (days: readonly Weekday[]) => days.map((day) => day.toUpperCase() as Uppercase<Weekday>);
const modulo = (value: number, by: number) => ((value % by) + by) % by;
const complement = (value: number, top: number): Range[] =>
  [
    { start: 0, end: value - 1 },
    { start: value + 1, end: top },
  ].filter(({ start, end }) => start <= end);
