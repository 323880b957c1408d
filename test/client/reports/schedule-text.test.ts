import { describe, expect, it } from 'vitest';
import { renderSpec } from '../../../client/reports/schedule-spec-text.js';
import { renderNextTimes, renderSchedule, renderScheduleList } from '../../../client/reports/schedule-text.js';

const one = (value: number | string) => [{ start: value, end: value, step: 1 }];
const whole = {
  second: one(0),
  minute: one(0),
  hour: one(3),
  dayOfMonth: [{ start: 1, end: 31, step: 1 }],
  month: [{ start: 'JANUARY', end: 'DECEMBER', step: 1 }],
  year: [],
  dayOfWeek: [{ start: 'SUNDAY', end: 'SATURDAY', step: 1 }],
};
const shown = {
  id: 'monthly',
  cluster: 'c1',
  times: null,
  spec: { timezone: 'Europe/Zurich', calendars: [whole] },
  paused: false,
  note: null,
  catchupWindow: { ofRun: '1h', ofTemporalMs: 31_536_000_000 },
  request: { cluster: 'c1', profile: 'fast', profileDigest: '0123456789abcdef', options: { drainTimeout: '5m' } },
  nextTimes: ['2027-03-27T02:00:00.000Z', '2027-03-28T01:00:00.000Z'],
  missed: { late: 1, overlap: 0 },
};

it('Times to come are shown on the clock of the zone, with its offset of that day, and in UTC', () => {
  expect(renderNextTimes(shown.nextTimes, 'Europe/Zurich').split('\n')).toEqual([
    'All times to come (2):',
    '  Sat 2027-03-27 03:00 +01:00 Europe/Zurich   2027-03-27T02:00:00Z',
    '  Sun 2027-03-28 03:00 +02:00 Europe/Zurich   2027-03-28T01:00:00Z',
  ]);
});

it('A schedule is shown with what its runs are asked for, when a start is too late, and how the last ones ended', () => {
  const runs = [{ workflowId: 'cau/run/c1-1', scheduledAt: '2027-03-26T02:00:00.000Z', result: 'Skipped', message: 'It came too late.' }];
  const text = renderSchedule(shown, runs, false);
  expect(text).toContain('Asks for:  every node; profile fast, only with digest 0123456789ab; drainTimeout 5m');
  expect(text).toContain('more than 1h late is skipped');
  expect(text).not.toContain('Missing:');
  expect(renderSchedule({ ...shown, absent: ['no node worker of cluster "c1" polls'] }, [], false)).toContain(
    'Missing:   no node worker of cluster "c1" polls',
  );
  expect(text).toContain('Missed:    1 start while Temporal was away');
  expect(text).toMatch(/Fri 2027-03-26 03:00 \+01:00 {2}Skipped {2}cau\/run\/c1-1\n +cau\/run\/c1-1: It came too late\./);
  expect(renderSchedule({ ...shown, catchupWindow: { ofRun: '1h', ofTemporalMs: 60_000 } }, [], false)).toContain('more than 1 min 0 s late');
  expect(renderSchedule({ ...shown, cluster: null, request: null }, [], false)).toMatch(/nothing that a run takes.*[\s\S]*no run yet/);
});

it('A paused schedule shows no next time as if a run would start then', () => {
  const paused = { ...shown, paused: true };
  expect(renderScheduleList([shown], null)).toMatch(/active +Sat 2027-03-27 03:00/);
  expect(renderScheduleList([paused], null)).toMatch(/paused +none until it is resumed/);
  expect(renderSchedule(shown, [], false)).not.toContain('it starts nothing at these times');
  expect(renderSchedule(paused, [], false)).toContain('While it is paused, it starts nothing at these times.\nAll times to come (2):');
});

it('Where there is no schedule, the list says how to make one', () => {
  expect(renderScheduleList([], 'c1')).toMatch(/no schedule of cluster c1\. Make one: cau schedule create/);
});

describe('Times that were not said here are shown as Temporal has them:', () => {
  it.each([
    [{ calendars: [whole] }, 'every day at 03:00, time of UTC'],
    [
      { timezone: 'Asia/Tokyo', calendars: [{ ...whole, dayOfWeek: one('TUESDAY'), dayOfMonth: [{ start: 8, end: 14, step: 1 }] }] },
      'Tuesday, day of month 8-14 at 03:00, time of Asia/Tokyo',
    ],
    [
      { calendars: [{ ...whole, hour: [{ start: 0, end: 23, step: 1 }], minute: [{ start: 0, end: 50, step: 10 }] }] },
      'every day at every hour, minute 0-50/10, time of UTC',
    ],
    [{ intervals: [{ every: 86_400_000, offset: 3_600_000 }] }, 'every 24 h 0 min, shifted by 1 h 0 min, time of UTC'],
    [{}, 'never, time of UTC'],
  ])('%#', (spec, words) => {
    expect(renderSpec(spec)).toBe(words);
  });
});
