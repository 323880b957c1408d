import { describe, expect, it } from 'vitest';
import { eventsOfReport } from '../../domain/events.js';
import { decideStart, reasonOfSkip, skippedStart } from '../../domain/scheduled-start.js';
import { exampleReport } from './example-report.js';

const start = { schedule: 'monthly', at: '2026-12-01T02:00:00.000Z' };
const later = (minutes: number) => Date.parse(start.at) + minutes * 60_000;

describe('A start by a schedule', () => {
  it.each<[number, string | undefined, boolean]>([
    [0, undefined, true],
    [60, undefined, true],
    [61, undefined, false],
    [61, '2h', true],
    [9, '10m', true],
    [11, '10m', false],
  ])('that comes %s minutes late, with a window of %s, begins: %s', (minutes, window, begins) => {
    expect(decideStart(start, window, later(minutes)).state === 'begin').toBe(begins);
  });

  it('that is too late says by how much, and what the window is', () => {
    expect(decideStart(start, undefined, later(400))).toEqual({
      state: 'skip',
      reason: 'The start of 2026-12-01T02:00:00.000Z by schedule "monthly" comes too late, by 6 h 40 min; the catch-up window is 1h.',
    });
  });

  it('that was skipped is one event with its reason, and no success', () => {
    const report = { ...exampleReport(), outcome: 'Skipped' as const, nodes: [], readiness: [skippedStart('It is too late.')] };
    expect(reasonOfSkip(report.readiness)).toBe('It is too late.');
    expect(eventsOfReport(report)).toEqual([{ name: 'startSkipped', node: null, message: 'Skipped: It is too late.' }]);
  });
});
