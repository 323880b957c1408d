import { describe, expect, it } from 'vitest';
import { settleWindow } from '../../activities/settle-window.js';

const settle = (window: Partial<Parameters<typeof settleWindow>[0]>, from: string) =>
  settleWindow({ start: '22:00', end: '06:00', timeZone: 'Europe/Zurich', ...window }, new Date(from));

describe('a daily window', () => {
  it.each([
    ['before it opens, waits for its start', '2026-11-25T14:00:00Z', '2026-11-25T21:00:00.000Z', '2026-11-26T05:00:00.000Z'],
    ['in the evening, is open', '2026-11-25T22:30:00Z', null, '2026-11-26T05:00:00.000Z'],
    ['after midnight, is still that of yesterday', '2026-11-26T03:00:00Z', null, '2026-11-26T05:00:00.000Z'],
    ['at its very end, is the next one', '2026-11-26T05:00:00Z', '2026-11-26T21:00:00.000Z', '2026-11-27T05:00:00.000Z'],
    ['over the night in which clocks go forward, is an hour shorter', '2027-03-27T20:00:00Z', '2027-03-27T21:00:00.000Z', '2027-03-28T04:00:00.000Z'],
    ['over the night in which clocks go back, is an hour longer', '2026-10-24T19:00:00Z', '2026-10-24T20:00:00.000Z', '2026-10-25T05:00:00.000Z'],
  ])('%s', (_title, from, opensAt, closesAt) => {
    expect(settle({}, from)).toEqual({ opensAt, closesAt, written: '22:00 to 06:00 Europe/Zurich' });
  });

  it('without a start is open until its end, the next time the clock there says so', () => {
    const { start: _start, ...untilSix } = { start: '', end: '06:00', timeZone: 'America/New_York' };
    expect(settleWindow(untilSix, new Date('2026-11-25T14:00:00Z'))).toEqual({
      opensAt: null,
      closesAt: '2026-11-26T11:00:00.000Z',
      written: 'until 06:00 America/New_York',
    });
  });

  it('that ends at a time which the clocks skip closes before it, not after', () => {
    // 02:30 is skipped on 28 March 2027: from 02:00 (01:00 UTC) the clock goes to 03:00.
    expect(settle({ end: '02:30' }, '2027-03-27T22:00:00Z').closesAt).toBe('2027-03-28T00:30:00.000Z');
  });

  it('that ends at a time which comes twice closes at the first, and opens at the second', () => {
    // 02:30 comes twice on 25 October 2026: at 00:30 and at 01:30 UTC.
    expect(settle({ end: '02:30' }, '2026-10-24T21:00:00Z').closesAt).toBe('2026-10-25T00:30:00.000Z');
    expect(settle({ start: '02:30', end: '05:00' }, '2026-10-24T21:00:00Z')).toMatchObject({
      opensAt: '2026-10-25T01:30:00.000Z',
      closesAt: '2026-10-25T04:00:00.000Z',
    });
  });

  it('that a change of the clocks swallows is passed over for the next day', () => {
    expect(settle({ start: '02:00', end: '02:45' }, '2027-03-27T12:00:00Z')).toMatchObject({
      opensAt: '2027-03-29T00:00:00.000Z',
      closesAt: '2027-03-29T00:45:00.000Z',
    });
  });

  it('knows zones whose clocks change by half an hour, or not at all', () => {
    expect(settle({ timeZone: 'Australia/Lord_Howe' }, '2026-10-03T08:00:00Z')).toMatchObject({
      opensAt: '2026-10-03T11:30:00.000Z',
      closesAt: '2026-10-03T19:00:00.000Z',
    });
    expect(settle({ timeZone: 'Asia/Kolkata' }, '2026-10-03T14:00:00Z')).toMatchObject({
      opensAt: '2026-10-03T16:30:00.000Z',
      closesAt: '2026-10-04T00:30:00.000Z',
    });
  });
});

describe('a window of one date', () => {
  it('opens and closes once', () => {
    expect(settle({ start: '2026-11-28T20:00', end: '2026-11-29T04:00' }, '2026-11-28T12:00:00Z')).toMatchObject({
      opensAt: '2026-11-28T19:00:00.000Z',
      closesAt: '2026-11-29T03:00:00.000Z',
    });
  });
});

describe('a window that cannot be is refused with its field:', () => {
  it.each([
    ['an unknown zone', { timeZone: 'Europe/Atlantis' }, 'options.window.timeZone', /no time zone "Europe\/Atlantis"/],
    ['two forms of times', { end: '2026-11-29T04:00' }, 'options.window.start', /both/],
    ['one that is over', { start: '2026-11-20T20:00', end: '2026-11-21T04:00' }, 'options.window.end', /closed at 2026-11-21T03:00/],
    ['one that ends before it starts', { start: '2026-11-29T20:00', end: '2026-11-29T04:00' }, 'options.window.end', /before it opens/],
    ['one that is too far away', { start: '2026-12-29T20:00', end: '2026-12-30T04:00' }, 'options.window.start', /48 hours at most/],
    ['a day that is not', { start: '2026-11-28T20:00', end: '2026-11-31T04:00' }, 'options.window.end', /no day/],
  ])('%s', (_title, window, where, words) => {
    expect(() => settle(window, '2026-11-28T12:00:00Z')).toThrow(
      expect.objectContaining({ code: 'InvalidInput', message: expect.stringMatching(words), failure: expect.objectContaining({ where }) }),
    );
  });
});
