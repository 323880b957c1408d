import { describe, expect, it } from 'vitest';
import { CauError, type Failure } from '../../domain/errors.js';
import { changeRequest, changeTimes, type NamedRequest, type NamedTimes } from '../../domain/schedule-change.js';
import type { ScheduleTimes } from '../../domain/schedule-rule.js';

const everyTwoWeeks: ScheduleTimes = {
  rule: { repeat: 'weekly', days: ['tuesday'], everyWeeks: 2, at: '03:00' },
  timeZone: 'Europe/Zurich',
  from: '2026-12-01',
};
const daily: ScheduleTimes = { rule: { repeat: 'daily', at: '03:00' }, timeZone: 'UTC' };

function refusal(act: () => unknown): Failure {
  try {
    act();
  } catch (error) {
    if (error instanceof CauError) return error.failure;
  }
  throw new Error('not refused');
}

describe('Of the times only what is named changes:', () => {
  it.each<[string, NamedTimes, object]>([
    ['the time of day', { at: '04:30' }, { rule: { ...everyTwoWeeks.rule, at: '04:30' } }],
    ['the days', { repeat: { repeat: 'weekly', days: ['friday'] } }, { rule: { ...everyTwoWeeks.rule, days: ['friday'] } }],
    ['the number of weeks', { everyWeeks: 4 }, { rule: { ...everyTwoWeeks.rule, everyWeeks: 4 } }],
    ['the zone', { timeZone: 'Asia/Tokyo' }, { timeZone: 'Asia/Tokyo' }],
    ['the last day', { until: '2027-12-31' }, { until: '2027-12-31' }],
    [
      'the kind of rule, which keeps the time of day',
      { repeat: { repeat: 'monthly', dates: [15] } },
      { rule: { repeat: 'monthly', dates: [15], at: '03:00' } },
    ],
    ['the kind of rule, when that has its own', { repeat: { repeat: 'cron', cron: '0 4 * * 2' } }, { rule: { repeat: 'cron', cron: '0 4 * * 2' } }],
  ])('%s', (_title, named, changed) => {
    expect(changeTimes(everyTwoWeeks, named)).toEqual({ ...everyTwoWeeks, ...changed });
  });

  it('a limit goes away only when that is said', () => {
    expect(changeTimes({ ...daily, from: '2026-12-01', until: '2027-12-31' }, {}, ['until'])).toEqual({ ...daily, from: '2026-12-01' });
  });
});

describe('Nothing is guessed: refused is', () => {
  it.each<[string, Partial<ScheduleTimes>, NamedTimes, readonly string[], string, RegExp]>([
    ['no rule at all', {}, { at: '03:00', timeZone: 'UTC' }, [], 'when', /one of --daily, --weekly, --monthly, --cron, --once/],
    ['no time of day', {}, { repeat: { repeat: 'daily' }, timeZone: 'UTC' }, [], 'rule.at', /rule\.at: is missing; it must be a time of day such as "03:00"/],
    ['no zone', {}, { repeat: { repeat: 'daily' }, at: '03:00' }, [], 'timeZone', /Europe\/Zurich/],
    ['a time of day that is none', daily, { at: '25:00' }, [], 'rule.at', /must be a time of day such as "03:00" \(given: "25:00"\)/],
    ['a number of weeks out of range', everyTwoWeeks, { everyWeeks: 53 }, [], 'rule.everyWeeks', /must be a whole number from 1 to 52 \(given: 53\)/],
    ['every few weeks of a rule that is not weekly', daily, { everyWeeks: 2 }, [], 'everyWeeks', /only a weekly rule/],
    ['every few weeks from nowhere', everyTwoWeeks, {}, ['from'], 'from', /counted from the week of a date/],
    ['a time of day beside a cron line', daily, { repeat: { repeat: 'cron', cron: '0 3 * * 2' }, at: '04:00' }, [], 'at', /in themselves/],
    ['a cron line with too few fields', daily, { repeat: { repeat: 'cron', cron: '0 3 * *' } }, [], 'rule.cron', /five fields/],
    ['a cron line with a zone of its own', daily, { repeat: { repeat: 'cron', cron: 'TZ=UTC 0 3 * * 2' } }, [], 'rule.cron', /five fields/],
    ['an end before the beginning', { ...daily, from: '2027-01-02' }, { until: '2027-01-01' }, [], 'until', /before the first day/],
    ['a date that is none', daily, { from: '1.12.2026' }, [], 'from', /a date such as/],
  ])('%s', (_title, known, named, unset, where, words) => {
    expect(refusal(() => changeTimes(known, named, unset))).toMatchObject({ code: 'InvalidInput', where, message: expect.stringMatching(words) });
  });
});

describe('Of what its runs are asked for only what is named changes:', () => {
  const known = { cluster: 'c1', catchupWindow: '1h', profile: 'fast', profileDigest: '0123456789ab', options: { drainTimeout: '5m', maxScanPasses: 3 } };

  it('and what was left out stays left out', () => {
    expect(changeRequest({ cluster: 'c1' }, { reason: 'monthly' })).toEqual({ cluster: 'c1', reason: 'monthly' });
  });

  it('options one by one', () => {
    expect(changeRequest(known, { options: { drainTimeout: '9m' } })).toEqual({ ...known, options: { drainTimeout: '9m', maxScanPasses: 3 } });
    expect(changeRequest(known, {}, ['maxScanPasses'])).toEqual({ ...known, options: { drainTimeout: '5m' } });
  });

  it('the pin of a profile goes away only when that is said', () => {
    expect(changeRequest(known, {}, ['profileDigest'])).not.toHaveProperty('profileDigest');
    expect(changeRequest(known, { profile: 'slow', profileDigest: 'ba9876543210' })).toMatchObject({ profile: 'slow', profileDigest: 'ba9876543210' });
  });

  it.each<[string, NamedRequest, readonly string[], string]>([
    ['another profile under the old pin', { profile: 'slow' }, [], 'profileDigest'],
    ['a pin without a profile', {}, ['profile'], 'profileDigest'],
    ['a catch-up window that Temporal does not know', { catchupWindow: '5s' }, [], 'catchupWindow'],
    ['an option out of range', { options: { maxScanPasses: 99 } }, [], 'options.maxScanPasses'],
    ['options that contradict each other', { options: { drainWhen: 'never' } }, ['profile', 'profileDigest'], 'options.drainWhen'],
    ['a field that is none', {}, ['cluster'], 'unset'],
  ])('refused is %s', (_title, named, unset, where) => {
    expect(refusal(() => changeRequest(known, named, unset))).toMatchObject({ code: 'InvalidInput', where });
  });
});
