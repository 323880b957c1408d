import { describe, expect, it } from 'vitest';
import { settleTimes } from '../../activities/settle-times.js';

const timeZone = 'Europe/Zurich';
const yearEnd = { from: '2026-12-24', until: '2027-01-03', timeZone, reason: 'year end' };
const nightly = { start: '22:00', end: '06:00', timeZone };

describe('blackouts without a window', () => {
  it.each([
    ['at their first moment', '2026-12-23T23:00:00Z'],
    ['in the middle', '2026-12-29T12:00:00Z'],
    ['at their last moment', '2027-01-03T22:59:59Z'],
  ])('refuse a run that would begin %s, and say until when', (_title, from) => {
    expect(() => settleTimes('always', [yearEnd], new Date(from))).toThrow(
      expect.objectContaining({
        code: 'Blackout',
        message: expect.stringContaining('in the blackout of 2026-12-24 to 2027-01-03 Europe/Zurich (year end), which ends at 2027-01-03T23:00:00.000Z'),
      }),
    );
  });

  it('that are to come close the run at their beginning, the nearest of them', () => {
    const later = { ...yearEnd, from: '2027-03-01', until: '2027-03-01' };
    expect(settleTimes('always', [later, yearEnd], new Date('2026-12-23T12:00:00Z'))).toEqual({
      opensAt: null,
      closesAt: '2026-12-23T23:00:00.000Z',
      written: 'until the blackout of 2026-12-24 to 2027-01-03 Europe/Zurich (year end)',
    });
    expect(settleTimes('always', [later, yearEnd], new Date('2027-01-03T23:00:00Z'))).toMatchObject({
      closesAt: '2027-02-28T23:00:00.000Z',
      written: 'until the blackout of 2027-03-01 Europe/Zurich (year end)',
    });
  });

  it('that are over, or none, leave nodes to be begun at any time', () => {
    expect(settleTimes('always', [yearEnd], new Date('2027-01-03T23:00:00Z'))).toBeNull();
    expect(settleTimes('always', [], new Date())).toBeNull();
  });

  it('end with the day on which clocks change, however long it is', () => {
    const day = { from: '2027-03-28', until: '2027-03-28', timeZone };
    expect(() => settleTimes('always', [day], new Date('2027-03-28T21:59:59Z'))).toThrow(/which ends at 2027-03-28T22:00:00.000Z/);
    expect(settleTimes('always', [day], new Date('2027-03-28T22:00:00Z'))).toBeNull();
  });
});

describe('blackouts beside a window', () => {
  it('cut a window short that goes on into them', () => {
    expect(settleTimes(nightly, [yearEnd], new Date('2026-12-23T20:00:00Z'))).toEqual({
      opensAt: '2026-12-23T21:00:00.000Z',
      closesAt: '2026-12-23T23:00:00.000Z',
      written: '22:00 to 06:00 Europe/Zurich, until the blackout of 2026-12-24 to 2027-01-03 Europe/Zurich (year end)',
    });
  });

  it('leave a window as it is that closes before them', () => {
    expect(settleTimes(nightly, [yearEnd], new Date('2026-12-20T20:00:00Z'))).toEqual({
      opensAt: '2026-12-20T21:00:00.000Z',
      closesAt: '2026-12-21T05:00:00.000Z',
      written: '22:00 to 06:00 Europe/Zurich',
    });
  });

  it('refuse a run whose window opens in them, although it is asked for before', () => {
    const morning = { start: '02:00', end: '05:00', timeZone };
    expect(() => settleTimes(morning, [yearEnd], new Date('2026-12-23T20:00:00Z'))).toThrow(/would be begun at 2026-12-24T01:00:00.000Z/);
  });

  it('let a run wait in them for a window that opens after them', () => {
    expect(settleTimes(nightly, [{ ...yearEnd, until: '2026-12-24' }], new Date('2026-12-25T12:00:00Z'))).toMatchObject({
      opensAt: '2026-12-25T21:00:00.000Z',
    });
    const date = { start: '2026-12-25T08:00', end: '2026-12-25T12:00', timeZone };
    expect(settleTimes(date, [{ ...yearEnd, until: '2026-12-24' }], new Date('2026-12-24T12:00:00Z'))).toMatchObject({
      opensAt: '2026-12-25T07:00:00.000Z',
      written: '2026-12-25T08:00 to 2026-12-25T12:00 Europe/Zurich',
    });
  });
});

describe('a blackout that cannot be is refused with its field:', () => {
  it.each([
    ['a day that is not', { from: '2026-02-30' }, 'options.blackouts.0.from', /no day "2026-02-30"/],
    [
      'an unknown zone',
      { timeZone: 'Europe/Atlantis' },
      'options.blackouts.0.timeZone',
      /^options\.blackouts\.0\.timeZone: there is no time zone "Europe\/Atlantis"; allowed is a name such as "Europe\/Zurich" or "UTC"\.$/,
    ],
    ['one that ends before it begins', { from: '2027-01-04' }, 'options.blackouts.0.until', /2027-01-03 is before 2027-01-04/],
  ])('%s', (_title, wrong, where, words) => {
    expect(() => settleTimes('always', [{ ...yearEnd, ...wrong }], new Date())).toThrow(
      expect.objectContaining({ code: 'InvalidInput', message: expect.stringMatching(words), failure: expect.objectContaining({ where }) }),
    );
  });
});
