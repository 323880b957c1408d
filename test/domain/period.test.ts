import { describe, expect, it } from 'vitest';
import { parseMoment } from '../../domain/period.js';

const now = new Date('2026-11-26T12:00:00.000Z');
const local = (...parts: [number, number, number, number?, number?]) => new Date(...parts).toISOString();

describe('a period', () => {
  it.each<[string, 'since' | 'until', string]>([
    ['7d', 'since', '2026-11-19T12:00:00.000Z'],
    ['90m', 'until', '2026-11-26T10:30:00.000Z'],
    ['2026-11-01', 'since', local(2026, 10, 1)],
    ['2026-11-01T22:30', 'since', local(2026, 10, 1, 22, 30)],
    ['2026-11-01T22:30:05+02:00', 'until', '2026-11-01T20:30:05.000Z'],
    ['2026-11-01T22:30Z', 'until', '2026-11-01T22:30:00.000Z'],
  ])('begins or ends when people mean it: %s', (text, edge, moment) => {
    expect(parseMoment(text, edge, now)).toBe(moment);
  });

  it.each([
    ['2026-11-30', local(2026, 11, 1)],
    ['2026-12-31', local(2027, 0, 1)],
  ])('that ends with a day alone has all of that day: %s', (text, moment) => {
    expect(parseMoment(text, 'until', now)).toBe(moment);
  });

  it.each(['yesterday', '2026-02-31', '2026-13-01', '2026-11-01T25:00', '26-11-01', '2026-11-01 22:00', '7 d', ''])('refuses what is no time: "%s"', (text) => {
    expect(() => parseMoment(text, 'since', now)).toThrow(expect.objectContaining({ code: 'InvalidInput', message: expect.stringContaining('--since') }));
  });
});
