import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { connectClient, type TemporalClient } from '../../client/connection.js';
import { deleteSchedule, planSchedule, requireSchedule, viewOf } from '../../client/schedules.js';
import { loadConfiguration } from '../../configuration/configuration.js';
import type { NamedTimes } from '../../domain/schedule-change.js';

let temporal: TemporalClient;
let cluster: string;
beforeAll(async () => {
  temporal = await connectClient(loadConfiguration({ temporalAddress: inject('temporalAddress') }));
});
beforeEach(() => {
  cluster = `c${randomUUID().slice(0, 8)}`;
});
afterEach(() => deleteSchedule(temporal, cluster));
afterAll(() => temporal.close());

/** Saves a schedule, and answers its next ten times: as they were shown before, and as they are shown of the one that is saved. */
async function make(times: NamedTimes): Promise<readonly string[]> {
  const planned = await planSchedule(temporal, cluster, { times, request: {}, unset: [] }, { paused: true, by: 'a test' });
  await planned.save();
  expect(viewOf(await requireSchedule(temporal, cluster)).nextTimes).toEqual(planned.nextTimes);
  return planned.nextTimes;
}
const handleOf = async () => temporal.client.schedule.getHandle((await requireSchedule(temporal, cluster)).scheduleId);
const iso = (ms: number) => new Date(ms).toISOString();

/** When Temporal says that it starts runs, the first moment left out and the last one included. */
async function matching(after: string, until: string): Promise<string[]> {
  // The library's type asks for its own class of numbers, and takes plain ones as well.
  const seconds = (moment: string) => ({ seconds: (Date.parse(moment) / 1000) as never, nanos: 0 });
  const { scheduleId } = await handleOf();
  const range = { startTime: seconds(after), endTime: seconds(until) };
  const { startTime } = await temporal.client.workflowService.listScheduleMatchingTimes({ namespace: temporal.namespace, scheduleId, ...range });
  return (startTime ?? []).map(({ seconds: at }) => iso(Number(at) * 1000));
}

const everyNight = (at: string, timeZone: string, from: string): NamedTimes => ({ repeat: { repeat: 'daily' }, at, timeZone, from });
const sundays = (at: string, timeZone: string, from: string): NamedTimes => ({ repeat: { repeat: 'weekly', days: ['sunday'] }, at, timeZone, from });

describe('Where the clock is set back, a time that comes twice is what the next ten times say, and what Temporal does:', () => {
  it.each<[string, NamedTimes, string[]]>([
    [
      'the second time, every night in Zürich',
      everyNight('02:30', 'Europe/Zurich', '2027-10-30'),
      ['2027-10-30T00:30', '2027-10-31T01:30', '2027-11-01T01:30', '2027-11-02T01:30'],
    ],
    [
      'the second time, every night in London',
      everyNight('01:30', 'Europe/London', '2027-10-30'),
      ['2027-10-30T00:30', '2027-10-31T01:30', '2027-11-01T01:30', '2027-11-02T01:30'],
    ],
    [
      'the second time, where the clock is set back by half an hour',
      everyNight('01:45', 'Australia/Lord_Howe', '2027-04-03'),
      ['2027-04-02T14:45', '2027-04-03T15:15', '2027-04-04T15:15', '2027-04-05T15:15'],
    ],
    [
      'both times, every night in New York',
      everyNight('01:30', 'America/New_York', '2027-11-06'),
      ['2027-11-06T05:30', '2027-11-07T05:30', '2027-11-07T06:30', '2027-11-08T06:30'],
    ],
    [
      'both times, by a cron line in New York',
      { repeat: { repeat: 'cron', cron: '30 1 * * *' }, timeZone: 'America/New_York', from: '2027-11-06' },
      ['2027-11-06T05:30', '2027-11-07T05:30', '2027-11-07T06:30', '2027-11-08T06:30'],
    ],
    [
      'the second time, every Sunday in Zürich',
      sundays('02:30', 'Europe/Zurich', '2027-10-24'),
      ['2027-10-24T00:30', '2027-10-31T01:30', '2027-11-07T01:30', '2027-11-14T01:30'],
    ],
    [
      'both times, every other Sunday in Zürich',
      { ...sundays('02:30', 'Europe/Zurich', '2027-10-31'), everyWeeks: 2 },
      ['2027-10-31T00:30', '2027-10-31T01:30', '2027-11-14T01:30', '2027-11-28T01:30'],
    ],
  ])('%s', async (_title, times, expected) => {
    const shown = await make(times);
    expect(shown.slice(0, 4)).toEqual(expected.map((minute) => `${minute}:00.000Z`));
    const [first = '', last = ''] = [shown[0], shown.at(-1)];
    expect(await matching(iso(Date.parse(first) - 1000), last)).toEqual(shown);
  });
});

describe('Over a night on which the clock was set back', () => {
  it.each([
    ['once in Zürich', everyNight('02:30', 'Europe/Zurich', '2024-10-01'), '2024-10-26', ['2024-10-26T00:30', '2024-10-27T01:30', '2024-10-28T01:30']],
    [
      'twice in New York',
      everyNight('01:30', 'America/New_York', '2024-10-01'),
      '2024-11-02',
      ['2024-11-02T05:30', '2024-11-03T05:30', '2024-11-03T06:30', '2024-11-04T06:30'],
    ],
  ])('Temporal really starts a run %s', async (_title, times, day, expected) => {
    await make(times);
    const handle = await handleOf();
    const [start, end] = [new Date(`${day}T00:00:00Z`), new Date(Date.parse(`${day}T12:00:00Z`) + 2 * 86_400_000)];
    await handle.backfill({ start, end, overlap: 'ALLOW_ALL' });
    const started = async () => (await handle.describe()).info.recentActions;
    // It goes through the nights in their order: the run of the last one is there when all are.
    const last = `${expected.at(-1)}:00.000Z`;
    const startsOf = async () => (await started()).map(({ scheduledAt }) => scheduledAt.toISOString());
    await expect.poll(startsOf, { timeout: 30_000 }).toContain(last);
    expect(await startsOf()).toEqual(expected.map((minute) => `${minute}:00.000Z`));
    for (const { action } of await started()) await temporal.client.workflow.getHandle(action.workflow.workflowId).terminate('by a test');
  });
});
