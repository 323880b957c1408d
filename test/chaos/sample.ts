/** Choosing a few of many, from a seed that chooses the same again. */
import fc from 'fast-check';

/** `count` of them, in their order. */
export function sampleOf<T>(all: readonly T[], seed: number, count: number): T[] {
  const [chosen] = fc.sample(fc.shuffledSubarray([...all.keys()], { minLength: Math.min(count, all.length), maxLength: Math.min(count, all.length) }), {
    seed,
    numRuns: 1,
  });
  return (chosen ?? []).toSorted((left, right) => left - right).flatMap((index) => all[index] ?? []);
}

/** The part `number` (from 1) of `parts` of about the same size, each of which has something of everything. */
export function shareOf<T>(all: readonly T[], { number, parts }: { readonly number: number; readonly parts: number }): T[] {
  return all.filter((_, index) => index % parts === number - 1);
}
