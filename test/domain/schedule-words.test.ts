import { describe, expect, it } from 'vitest';
import type { ScheduleRule } from '../../domain/schedule-rule.js';
import { parseMonthly, parseWeekdays, renderRule, renderTimes } from '../../domain/schedule-words.js';

describe('Days of the month are understood as they are typed', () => {
  it.each([
    ['15', { repeat: 'monthly', dates: [15] }],
    ['1,15', { repeat: 'monthly', dates: [1, 15] }],
    ['last', { repeat: 'monthly', dates: ['last'] }],
    ['second tuesday', { repeat: 'monthlyByWeekday', weeks: [2], days: ['tuesday'] }],
    ['2nd Tue', { repeat: 'monthlyByWeekday', weeks: [2], days: ['tuesday'] }],
    ['First, third  mon,wed', { repeat: 'monthlyByWeekday', weeks: [1, 3], days: ['monday', 'wednesday'] }],
    ['last friday', { repeat: 'monthlyByWeekday', weeks: ['last'], days: ['friday'] }],
  ])('%s', (text, expected) => {
    expect(parseMonthly(text)).toEqual(expected);
  });
});

describe('What is no day is refused, naming what is allowed:', () => {
  it.each([
    ['fifth tuesday', /"fifth" is no week of every month; allowed: first, second, third, fourth, last/],
    ['32', /"32" is no day of a month; allowed: 1 to 31, last, or a weekday/],
    ['0', /"0" is no day of a month/],
    ['tuesday', /"tuesday" is no day of a month/],
    ['second', /"second" is no day of a month/],
    ['second of may', /"of" is no day of the week/],
    ['', /"" is no day of a month/],
  ])('%s', (text, words) => {
    expect(() => parseMonthly(text)).toThrow(words);
  });

  it('as a day of the week', () => {
    expect(parseWeekdays('tue,thursday', 'weekly')).toEqual(['tuesday', 'thursday']);
    expect(() => parseWeekdays('t', 'weekly')).toThrow(/weekly: "t" is no day of the week; allowed: monday, /);
    expect(() => parseWeekdays('tue,', 'weekly')).toThrow(/"" is no day of the week/);
  });
});

describe('A rule is shown in words', () => {
  const rules: [ScheduleRule, string][] = [
    [{ repeat: 'daily', at: '03:00' }, 'every day at 03:00'],
    [{ repeat: 'weekly', days: ['tuesday'], everyWeeks: 1, at: '03:00' }, 'every Tuesday at 03:00'],
    [{ repeat: 'weekly', days: ['tuesday', 'thursday'], everyWeeks: 2, at: '03:00' }, 'every 2 weeks on Tuesday and Thursday at 03:00'],
    [{ repeat: 'monthly', dates: [1, 22, 13], at: '03:00' }, 'every month on the 1st and the 22nd and the 13th at 03:00'],
    [{ repeat: 'monthly', dates: [31], at: '03:00' }, 'every month on the 31st, in months that have it, at 03:00'],
    [{ repeat: 'monthly', dates: ['last'], at: '03:00' }, 'every month on the last day at 03:00'],
    [{ repeat: 'monthlyByWeekday', weeks: [2, 'last'], days: ['sunday'], at: '03:00' }, 'every second and last Sunday of the month at 03:00'],
    [{ repeat: 'cron', cron: '0 3 * * 2' }, 'cron "0 3 * * 2"'],
    [{ repeat: 'once', on: '2026-12-01T03:00' }, 'once, on 2026-12-01 at 03:00'],
  ];
  it.each(rules)('%j', (rule, words) => {
    expect(renderRule(rule)).toBe(words);
  });

  it('with its zone and its limits', () => {
    const rule = { repeat: 'daily', at: '03:00' } as const;
    expect(renderTimes({ rule, timeZone: 'Asia/Tokyo', from: '2027-01-01', until: '2027-02-01' })).toBe(
      'every day at 03:00, time of Asia/Tokyo, from 2027-01-01, until 2027-02-01',
    );
  });
});
