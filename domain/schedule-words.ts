/** The rule of a schedule in words: those that are typed, and those that are shown. */
import { CauError } from './errors.js';
import { weekdays, type ScheduleRule, type ScheduleTimes, type Weekday, type WeekOfMonth } from './schedule-rule.js';

/** A rule without what is said apart from it: the time of day, and every how many weeks. */
export type RepeatWords =
  | { readonly repeat: 'daily' }
  | { readonly repeat: 'weekly'; readonly days: readonly Weekday[] }
  | { readonly repeat: 'monthly'; readonly dates: readonly (number | 'last')[] }
  | { readonly repeat: 'monthlyByWeekday'; readonly weeks: readonly WeekOfMonth[]; readonly days: readonly Weekday[] }
  | { readonly repeat: 'cron'; readonly cron: string }
  | { readonly repeat: 'once'; readonly on: string };

/** Days of the week as they are typed: `tuesday`, `tue,thu`. @throws CauError `InvalidInput` */
export function parseWeekdays(text: string, field: string): Weekday[] {
  return listOf(text).map((word) => {
    const found = weekdays.find((day) => day === word || (word.length >= 2 && day.startsWith(word)));
    if (found !== undefined) return found;
    throw refuse(field, `"${word}" is no day of the week`, weekdays.join(', '));
  });
}

/** Days of the month as they are typed: `15`, `1,15`, `last`, `second tuesday`, `1st,3rd mon`, `last friday`. @throws CauError `InvalidInput` */
export function parseMonthly(text: string): RepeatWords {
  const [first = '', ...rest] = text
    .trim()
    .toLowerCase()
    .split(/(?<!,)\s+(?!,)/);
  if (rest.length === 0) return { repeat: 'monthly', dates: listOf(first).map(parseDate) };
  return { repeat: 'monthlyByWeekday', weeks: listOf(first).map(parseWeek), days: parseWeekdays(rest.join(','), 'monthly') };
}

/** The rule as it is shown: `every second Tuesday of the month at 03:00`. */
export function renderRule(rule: ScheduleRule): string {
  switch (rule.repeat) {
    case 'daily':
      return `every day at ${rule.at}`;
    case 'weekly':
      return `every ${rule.everyWeeks === 1 ? '' : `${rule.everyWeeks} weeks on `}${rule.days.map(capital).join(' and ')} at ${rule.at}`;
    case 'monthly': {
      const rare = rule.dates.some((date) => date !== 'last' && date > 28) ? ', in months that have it,' : '';
      return `every month on the ${rule.dates.map((date) => (date === 'last' ? 'last day' : ordinal(date))).join(' and the ')}${rare} at ${rule.at}`;
    }
    case 'monthlyByWeekday':
      return `every ${rule.weeks.map((week) => (week === 'last' ? 'last' : (weekWords[week - 1]?.[0] ?? ''))).join(' and ')} ${rule.days.map(capital).join(' and ')} of the month at ${rule.at}`;
    case 'cron':
      return `cron "${rule.cron}"`;
    case 'once':
      return `once, on ${rule.on.replace('T', ' at ')}`;
  }
}

/** When runs start, in one line with zone and limits. */
export function renderTimes({ rule, timeZone, from, until }: ScheduleTimes): string {
  return `${renderRule(rule)}, time of ${timeZone}${from === undefined ? '' : `, from ${from}`}${until === undefined ? '' : `, until ${until}`}`;
}

const weekWords = [
  ['first', '1st', '1'],
  ['second', '2nd', '2'],
  ['third', '3rd', '3'],
  ['fourth', '4th', '4'],
] as const;

function parseWeek(word: string): WeekOfMonth {
  if (word === 'last') return 'last';
  const index = weekWords.findIndex((words) => words.some((one) => one === word));
  if (index >= 0) return (index + 1) as WeekOfMonth;
  throw refuse('monthly', `"${word}" is no week of every month`, 'first, second, third, fourth, last');
}

function parseDate(word: string): number | 'last' {
  if (word === 'last') return 'last';
  if (/^\d{1,2}$/.test(word) && Number(word) >= 1 && Number(word) <= 31) return Number(word);
  throw refuse('monthly', `"${word}" is no day of a month`, '1 to 31, last, or a weekday such as "second tuesday" or "last friday"');
}

const listOf = (text: string) =>
  text
    .toLowerCase()
    .split(',')
    .map((word) => word.trim());

function refuse(field: string, what: string, allowed: string): CauError {
  return new CauError('InvalidInput', `${field}: ${what}; allowed: ${allowed}.`, { where: field });
}

const capital = (day: string) => `${day.charAt(0).toUpperCase()}${day.slice(1)}`;
const ordinal = (date: number) => `${date}${(date % 100 > 10 && date % 100 < 14 ? undefined : ['th', 'st', 'nd', 'rd'][date % 10]) ?? 'th'}`;
