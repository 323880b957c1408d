/** Choosing a few of many, from a seed that chooses the same again. */
import fc from 'fast-check';

/** `count` of them, in their order. */
export function sampleOf<T>(all: readonly T[], seed: number, count: number): T[] {
  const [chosen] = fc.sample(
    fc.noBias(fc.shuffledSubarray([...all.keys()], { minLength: Math.min(count, all.length), maxLength: Math.min(count, all.length) })),
    {
      seed,
      numRuns: 1,
    },
  );
  return (chosen ?? []).toSorted((left, right) => left - right).flatMap((index) => all[index] ?? []);
}

/** Numbers below `below`, one in each of `count` parts of the same size. */
export function spreadOf(below: number, count: number, seed: number): number[] {
  const part = below / count;
  const [offsets] = fc.sample(fc.noBias(fc.array(fc.integer({ min: 0, max: Math.ceil(part) - 1 }), { minLength: count, maxLength: count })), {
    seed,
    numRuns: 1,
  });
  return (offsets ?? []).map((offset, index) => Math.min(below - 1, Math.floor(index * part) + offset));
}

/** The part `number` (from 1) of `parts` of about the same size, each of which has something of everything. */
export function shareOf<T>(all: readonly T[], { number, parts }: { readonly number: number; readonly parts: number }): T[] {
  return all.filter((_, index) => index % parts === number - 1);
}
