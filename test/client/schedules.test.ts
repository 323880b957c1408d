import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { Temporal } from 'temporal-polyfill';
import { connectClient, type TemporalClient } from '../../client/connection.js';
import { deleteSchedule, listSchedules, pauseSchedule, planChange, planSchedule, requireSchedule, viewOf, type NamedSchedule } from '../../client/schedules.js';
import { loadConfiguration } from '../../configuration/configuration.js';
import type { NamedTimes } from '../../domain/schedule-change.js';

let temporal: TemporalClient;
let cluster: string;
beforeAll(async () => {
  temporal = await connectClient(loadConfiguration({ temporalAddress: inject('temporalAddress') }));
});
afterEach(async () => {
  for (const { id } of await listSchedules(temporal, cluster)) await deleteSchedule(temporal, id);
});
afterAll(() => temporal.close());

const named = (times: NamedTimes, more: Partial<NamedSchedule> = {}): NamedSchedule => ({ times, request: {}, unset: [], ...more });
const plan = (times: NamedTimes, id?: string) =>
  planSchedule(temporal, cluster, named(times), { paused: true, by: 'a test', ...(id === undefined ? {} : { id }) });
const make = async (times: NamedTimes, id?: string) => (await plan(times, id)).save();
const see = async (name = cluster) => viewOf(await requireSchedule(temporal, name));
const nightly: NamedTimes = { repeat: { repeat: 'daily' }, at: '03:00', timeZone: 'Europe/Zurich' };

type Day = Temporal.PlainDate;
const isWeekday =
  (...days: number[]) =>
  (day: Day) =>
    days.includes(day.dayOfWeek);
const nth = (n: number) => (day: Day) => Math.ceil(day.day / 7) === n;
const isLastWeek = (day: Day) => day.day > day.daysInMonth - 7;
const inWeek = (n: number, from: string) => (day: Day) => {
  const monday = (of: Day) => of.subtract({ days: of.dayOfWeek - 1 });
  return (monday(Temporal.PlainDate.from(from)).until(monday(day)).total('days') / 7) % n === 0;
};

/** The first ten days on the wall calendar that fit, each at that time on the wall clock; days on which the clock skips it are left out. */
function walk(from: string, at: string, timeZone: string, ...fits: ((day: Day) => boolean)[]): string[] {
  const found: string[] = [];
  for (let day = Temporal.PlainDate.from(from); found.length < 10; day = day.add({ days: 1 })) {
    if (!fits.every((fit) => fit(day))) continue;
    const local = day.toPlainDateTime(at);
    const moment = local.toZonedDateTime(timeZone);
    if (moment.toPlainDateTime().equals(local)) found.push(new Date(moment.epochMilliseconds).toISOString());
  }
  return found;
}

describe('What Temporal says the next ten times are, is what a calendar and a clock on the wall say:', () => {
  beforeAll(() => {
    cluster = `c${randomUUID().slice(0, 8)}`;
  });
  const spring = '2027-03-20';
  it.each<[string, NamedTimes['repeat'], string, string, string, ((day: Day) => boolean)[], number?]>([
    ['every day, over the change to summer time', { repeat: 'daily' }, '03:00', 'Europe/Zurich', '2027-03-24', []],
    ['every day, at a time that summer time skips', { repeat: 'daily' }, '02:30', 'Europe/Zurich', '2027-03-24', []],
    ['every day, over the change back', { repeat: 'daily' }, '03:00', 'Europe/Zurich', '2027-10-27', []],
    ['every Tuesday', { repeat: 'weekly', days: ['tuesday'] }, '03:00', 'America/New_York', '2027-02-20', [isWeekday(2)]],
    ['every other Sunday, over the change', { repeat: 'weekly', days: ['sunday'] }, '03:00', 'Europe/Zurich', spring, [isWeekday(7), inWeek(2, spring)], 2],
    [
      'every other Sunday, at a skipped time',
      { repeat: 'weekly', days: ['sunday'] },
      '02:30',
      'Europe/Zurich',
      '2027-03-14',
      [isWeekday(7), inWeek(2, '2027-03-14')],
      2,
    ],
    [
      'every third week, two days, from a Thursday',
      { repeat: 'weekly', days: ['tuesday', 'friday'] },
      '23:30',
      'America/New_York',
      '2027-02-18',
      [isWeekday(2, 5), inWeek(3, '2027-02-18')],
      3,
    ],
    [
      'every fourth week where the clock changes by half an hour',
      { repeat: 'weekly', days: ['monday'] },
      '01:15',
      'Australia/Lord_Howe',
      '2027-03-01',
      [isWeekday(1), inWeek(4, '2027-03-01')],
      4,
    ],
    [
      'every other week beyond the date line',
      { repeat: 'weekly', days: ['monday', 'sunday'] },
      '00:00',
      'Pacific/Kiritimati',
      '2027-01-01',
      [isWeekday(1, 7), inWeek(2, '2027-01-01')],
      2,
    ],
    [
      'on the 15th and the last day',
      { repeat: 'monthly', dates: [15, 'last'] },
      '03:00',
      'Asia/Kolkata',
      '2028-01-01',
      [(day) => day.day === 15 || day.day === day.daysInMonth],
    ],
    ['on the 31st', { repeat: 'monthly', dates: [31] }, '03:00', 'UTC', '2027-01-01', [(day) => day.day === 31]],
    ['on the second Tuesday', { repeat: 'monthlyByWeekday', weeks: [2], days: ['tuesday'] }, '03:00', 'Europe/Zurich', '2027-01-01', [isWeekday(2), nth(2)]],
    [
      'on the first and third Monday',
      { repeat: 'monthlyByWeekday', weeks: [1, 3], days: ['monday'] },
      '03:00',
      'Europe/Zurich',
      '2027-01-01',
      [isWeekday(1), (day) => nth(1)(day) || nth(3)(day)],
    ],
    [
      'on the last Friday of a common year',
      { repeat: 'monthlyByWeekday', weeks: ['last'], days: ['friday'] },
      '03:00',
      'Europe/Zurich',
      '2027-01-01',
      [isWeekday(5), isLastWeek],
    ],
    [
      'on the last Tuesday of a leap year, its 29th of February',
      { repeat: 'monthlyByWeekday', weeks: ['last'], days: ['tuesday'] },
      '03:00',
      'Europe/Zurich',
      '2028-01-01',
      [isWeekday(2), isLastWeek],
    ],
    [
      'on the last Sunday near the end of the century',
      { repeat: 'monthlyByWeekday', weeks: ['last'], days: ['sunday'] },
      '03:00',
      'UTC',
      '2096-01-01',
      [isWeekday(7), isLastWeek],
    ],
    ['by a cron line', { repeat: 'cron', cron: '30 4 8-14 * 2' }, '04:30', 'Europe/Zurich', '2027-01-01', [isWeekday(2), nth(2)]],
  ])('%s', async (_title, repeat, at, timeZone, from, fits, everyWeeks) => {
    const said: NamedTimes = {
      ...(repeat === undefined ? {} : { repeat }),
      ...(repeat?.repeat === 'cron' ? {} : { at }),
      ...(everyWeeks === undefined ? {} : { everyWeeks }),
      timeZone,
      from,
    };
    expect((await plan(said)).nextTimes).toEqual(walk(from, at, timeZone, ...fits));
  });

  it('once', async () => {
    expect((await plan({ repeat: { repeat: 'once', on: '2027-08-01T03:00' }, timeZone: 'Europe/Zurich' })).nextTimes).toEqual(['2027-08-01T01:00:00.000Z']);
  });

  it('until its last day, that day included', async () => {
    const { nextTimes } = await plan({ ...nightly, at: '23:59', from: '2027-08-01', until: '2027-08-03' });
    expect(nextTimes).toEqual(['2027-08-01T21:59:00.000Z', '2027-08-02T21:59:00.000Z', '2027-08-03T21:59:00.000Z']);
  });
});

describe('A schedule', () => {
  beforeAll(() => {
    cluster = `c${randomUUID().slice(0, 8)}`;
  });

  it('is there only when it was saved, and leaves nothing of its trial behind', async () => {
    await plan(nightly);
    await expect(requireSchedule(temporal, cluster)).rejects.toMatchObject({ code: 'ScheduleNotFound' });
    const left = async () => {
      const ids: string[] = [];
      for await (const { scheduleId } of temporal.client.schedule.list()) if (scheduleId.includes(cluster)) ids.push(scheduleId);
      return ids;
    };
    // The list lags behind.
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  });

  it('that is there already is not made a second time, and not touched', async () => {
    await make(nightly);
    await expect(make({ ...nightly, at: '04:00' })).rejects.toMatchObject({ code: 'InvalidInput', failure: { where: 'id' } });
    expect((await see()).times?.rule).toEqual({ repeat: 'daily', at: '03:00' });
  });

  it.each<[string, NamedTimes, string]>([
    ['that is over', { repeat: { repeat: 'once', on: '2026-01-01T03:00' }, timeZone: 'UTC' }, 'when'],
    ['at a time that the clock skips', { repeat: { repeat: 'once', on: '2027-03-28T02:30' }, timeZone: 'Europe/Zurich' }, 'when'],
    ['on a day that never comes', { repeat: { repeat: 'cron', cron: '0 3 30 2 *' }, timeZone: 'UTC' }, 'when'],
    ['by a cron line that Temporal cannot read', { repeat: { repeat: 'cron', cron: '61 3 * * *' }, timeZone: 'UTC' }, 'when'],
    ['in a zone that nobody knows', { ...nightly, timeZone: 'Europe/Nowhere' }, 'timeZone'],
    ['from a day that does not exist', { ...nightly, from: '2027-02-30' }, 'from'],
  ])('%s is refused before it is saved', async (_title, times, where) => {
    await expect(plan(times)).rejects.toMatchObject({ code: 'InvalidInput', failure: { where } });
  });

  it('keeps what is not named when it is changed, and is paused still', async () => {
    const times: NamedTimes = { repeat: { repeat: 'weekly', days: ['tuesday'] }, everyWeeks: 2, at: '03:00', timeZone: 'Europe/Zurich', from: '2027-01-05' };
    const request = { profile: 'fast', nodes: ['node1'], options: { drainTimeout: '5m' } };
    await (await planSchedule(temporal, cluster, named(times, { request }), { paused: true, by: 'a test' })).save();
    const before = await see();
    await (await planChange(temporal, cluster, named({ at: '04:00' }))).save();
    const { spec, times: after, nextTimes, ...others } = await see();
    const { spec: _spec, times: _times, nextTimes: _next, ...othersBefore } = before;
    expect(others).toEqual(othersBefore);
    expect(after).toEqual({ ...before.times, rule: { ...before.times?.rule, at: '04:00' } });
    expect(nextTimes[0]).toBe('2027-01-05T03:00:00.000Z');

    await (await planChange(temporal, cluster, named({}, { request: { catchupWindow: '2h', options: { maxScanPasses: 2 } } }))).save();
    expect(await see()).toMatchObject({
      spec,
      times: after,
      nextTimes,
      catchupWindow: { ofRun: '2h', ofTemporalMs: 7_200_000 },
      request: { ...request, options: { drainTimeout: '5m', maxScanPasses: 2 } },
    });
  });

  it('that somebody else changed meanwhile is not overwritten, and that is said', async () => {
    await make(nightly);
    const [one, other] = await Promise.all([planChange(temporal, cluster, named({ at: '04:00' })), planChange(temporal, cluster, named({ at: '05:00' }))]);
    await one.save();
    await expect(other.save()).rejects.toMatchObject({ code: 'ScheduleChanged' });
    expect((await see()).times?.rule).toMatchObject({ at: '04:00' });
    const late = await planChange(temporal, cluster, named({ at: '06:00' }));
    await pauseSchedule(temporal, cluster, true, 'by an operator');
    await expect(late.save()).rejects.toMatchObject({ code: 'ScheduleChanged' });
  });

  it('whose cluster has several is named by its id', async () => {
    await make(nightly, `${cluster}-a`);
    await make(nightly, `${cluster}-b`);
    await expect.poll(async () => (await listSchedules(temporal, cluster)).length).toBe(2);
    await expect(requireSchedule(temporal, cluster)).rejects.toMatchObject({
      code: 'InvalidInput',
      message: expect.stringContaining(`${cluster}-a, ${cluster}-b`),
    });
    expect((await see(`${cluster}-b`)).id).toBe(`${cluster}-b`);
  });

  it('whose times were changed elsewhere is shown as it is, not as it was said here; changing another part keeps them', async () => {
    await make(nightly);
    await temporal.client.schedule
      .getHandle(`cau/schedule/${cluster}`)
      .update((before) => ({ ...before, spec: { timezone: 'UTC', calendars: [{ hour: 5 }] } }));
    const changed = await see();
    expect(changed).toMatchObject({ times: null, spec: { timezone: 'UTC' } });
    await expect(planChange(temporal, cluster, named({ at: '06:00' }))).rejects.toMatchObject({ failure: { where: 'when' } });
    await (await planChange(temporal, cluster, named({}, { request: { reason: 'monthly' } }))).save();
    expect(await see()).toMatchObject({ times: null, spec: changed.spec, request: { reason: 'monthly' } });
  });
});
