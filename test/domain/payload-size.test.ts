import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitList, fitText, payloadBytes } from '../../domain/payload-size.js';

describe('a list that must fit', () => {
  it('never takes more than its budget, and counts what it cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 2, max: 500 }), (list, budget) => {
        const { kept, cut } = fitList(list, budget);
        expect(payloadBytes(kept)).toBeLessThanOrEqual(budget + 1);
        expect(kept.length + cut).toBe(list.length);
        expect(kept).toEqual(list.slice(0, kept.length));
      }),
    );
  });
});

describe('a text that must fit', () => {
  it('names how much is cut, at either end', () => {
    expect(fitText('abcdef', 3)).toBe('abc … (3 more characters)');
    expect(fitText('abcdef', 3, 'end')).toBe('(3 characters before) … def');
    expect(fitText('abc', 3)).toBe('abc');
  });
});
