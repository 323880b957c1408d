/** The specification of a schedule that was not made by us, in words: close to what Temporal itself shows. */
import { renderElapsed } from '../../domain/duration.js';

interface Range {
  readonly start: number | string;
  readonly end: number | string;
  readonly step: number;
}

interface DescribedCalendar {
  readonly minute: readonly Range[];
  readonly hour: readonly Range[];
  readonly dayOfMonth: readonly Range[];
  readonly month: readonly Range[];
  readonly year: readonly Range[];
  readonly dayOfWeek: readonly Range[];
  readonly comment?: string;
}

/** As Temporal describes it. */
export interface DescribedSpec {
  readonly calendars?: readonly DescribedCalendar[] | undefined;
  readonly intervals?: readonly { readonly every: number; readonly offset: number }[] | undefined;
  readonly skip?: readonly DescribedCalendar[] | undefined;
  readonly timezone?: string | undefined;
  readonly startAt?: Date | undefined;
  readonly endAt?: Date | undefined;
}

/** In one line. */
export function renderSpec({ calendars = [], intervals = [], skip = [], timezone, startAt, endAt }: DescribedSpec): string {
  const zone = timezone === undefined || timezone === '' ? 'UTC' : timezone;
  const parts = [
    ...calendars.map(renderCalendar),
    ...intervals.map(({ every, offset }) => `every ${renderElapsed(every)}${offset === 0 ? '' : `, shifted by ${renderElapsed(offset)}`}`),
  ];
  const limits = `${startAt === undefined ? '' : `, from ${startAt.toISOString()}`}${endAt === undefined ? '' : `, until ${endAt.toISOString()}`}`;
  const except = skip.length === 0 ? '' : `, but not: ${skip.map(renderCalendar).join('; or ')}`;
  return `${parts.length === 0 ? 'never' : parts.join('; or ')}${except}, time of ${zone}${limits}`;
}

function renderCalendar(calendar: DescribedCalendar): string {
  const days = [
    ['', calendar.dayOfWeek, 'SUNDAY', 'SATURDAY'],
    ['day of month ', calendar.dayOfMonth, 1, 31],
    ['month ', calendar.month, 'JANUARY', 'DECEMBER'],
    ['year ', calendar.year, null, null],
  ] as const;
  const limited = days.filter(([, ranges, first, last]) => ranges.length > 0 && !isWhole(ranges, first, last));
  const words = limited.map(([name, ranges]) => `${name}${ranges.map(renderRange).join(',')}`);
  return `${words.length === 0 ? 'every day' : words.join(', ')} ${renderTime(calendar)}`;
}

function renderTime({ hour, minute }: DescribedCalendar): string {
  const [hours, minutes] = [hour, minute].map((ranges) => (ranges.length === 1 && ranges[0]?.start === ranges[0]?.end ? String(ranges[0]?.start) : null));
  if (typeof hours === 'string' && typeof minutes === 'string') return `at ${hours.padStart(2, '0')}:${minutes.padStart(2, '0')}`;
  const hourWords = isWhole(hour, 0, 23) ? 'every hour' : `hour ${hour.map(renderRange).join(',')}`;
  return `at ${hourWords}, ${isWhole(minute, 0, 59) ? 'every minute' : `minute ${minute.map(renderRange).join(',')}`}`;
}

const isWhole = (ranges: readonly Range[], first: Range['start'] | null, last: Range['end'] | null) =>
  ranges.some(({ start, end, step }) => start === first && end === last && step === 1);

function renderRange({ start, end, step }: Range): string {
  const words = (value: number | string) => (typeof value === 'string' ? `${value.charAt(0)}${value.slice(1).toLowerCase()}` : String(value));
  return `${words(start)}${start === end ? '' : `-${words(end)}`}${step === 1 ? '' : `/${step}`}`;
}
