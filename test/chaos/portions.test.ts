import { describe, expect, it } from 'vitest';
import { isLabWanted, portionsOf } from './portions.js';

describe('the chaos suite', () => {
  it('does everything on the usual terms, a share of it on the others, and the lab, when nothing is picked', () => {
    expect(portionsOf({})).toEqual([
      { terms: 'usual', kills: null, schedules: 300 },
      { terms: 'steered', kills: 24, schedules: 12 },
    ]);
    expect(isLabWanted({})).toBe(true);
  });

  it('does all of those terms that are asked for, or as much as is asked for', () => {
    expect(portionsOf({ terms: 'steered' })).toEqual([{ terms: 'steered', kills: null, schedules: 300 }]);
    expect(portionsOf({ terms: 'steered', count: 50, sample: 60 })).toEqual([{ terms: 'steered', kills: 60, schedules: 50 }]);
    expect(isLabWanted({ terms: 'steered' })).toBe(false);
  });

  it('does one part alone', () => {
    expect(portionsOf({ only: 'kills' }).map(({ schedules }) => schedules)).toEqual([0, 0]);
    expect(portionsOf({ only: 'schedules' }).map(({ kills }) => kills)).toEqual([0, 0]);
    expect(portionsOf({ only: 'lab' })).toEqual([]);
    expect([isLabWanted({ only: 'kills' }), isLabWanted({ only: 'lab' })]).toEqual([false, true]);
  });

  it('does one schedule, or the kills after one event, on the usual terms', () => {
    expect(portionsOf({ schedule: 400 })).toEqual([{ terms: 'usual', kills: 0, schedules: 400 }]);
    expect(portionsOf({ only: 'kills', workflow: 'node1', event: 57 })).toEqual([{ terms: 'usual', kills: null, schedules: 0 }]);
  });
});
