/** How often each way in is tried with bad values, and what a refusal must be. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { clientFailure } from '../../client/failures.js';
import { badValues, type Json } from './bad-values.js';
import { seed } from './seed.js';

export const tries = 100;
const atOnce = 10;

export const sample = (good: Json, count = tries) => fc.sample(badValues(good), { numRuns: count, seed });

/** Does something with each, a few at a time. */
export async function each<T>(items: readonly T[], act: (item: T, index: number) => Promise<void>): Promise<void> {
  const left = [...items.entries()];
  const worker = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await act(item[1], item[0]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** What a person reads of a refusal: words, no stack trace. */
export function expectWords(error: unknown): void {
  const failure = clientFailure(error);
  expect(failure.code, failure.message).not.toBe('Unexpected');
  expect(`${failure.message} ${failure.remedy}`).not.toMatch(/\n\s+at |\[object Object\]/);
}
