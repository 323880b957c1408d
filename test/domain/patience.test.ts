import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pauseMs } from '../../domain/patience.js';

const hour = 3_600_000;

function looksWithin(ms: number, pauses: { first: number; most: number }): number {
  let looks = 0;
  for (let waited = 0; waited < ms; looks += 1) waited += pauseMs(waited, pauses);
  return looks;
}

describe('a wait that may take long', () => {
  it('is looked at every second at first', () => {
    expect(looksWithin(20_000, { first: 1000, most: 300_000 })).toBe(20);
  });

  it.each([
    ['for quorum', { first: 1000, most: 300_000 }, 500],
    ['for the cluster, which is watched in between', { first: 10_000, most: 60_000 }, 2000],
  ])('%s a whole day stays far below what a history may hold', (_what, pauses, most) => {
    expect(looksWithin(24 * hour, pauses)).toBeLessThan(most);
  });

  it('is over no later than a twentieth after it could be', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 48 * hour }), (waited) => {
        expect(pauseMs(waited, { first: 1000, most: 300_000 })).toBeLessThanOrEqual(Math.max(1000, waited / 20 + 1));
      }),
    );
  });
});
