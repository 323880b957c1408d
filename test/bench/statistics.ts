/** Medians and the like. */

/** A few numbers in short. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  readonly p95: number;
  readonly min: number;
  readonly max: number;
}

/** @throws Error when there is no number */
export function summarise(numbers: readonly number[]): Summary {
  return { count: numbers.length, median: quantile(numbers, 0.5), p95: quantile(numbers, 0.95), min: quantile(numbers, 0), max: quantile(numbers, 1) };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Between two neighbours in proportion, so that the median of an even count is the mean of the middle two. */
function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) throw new Error('no numbers to summarise');
  return below + (above - below) * (place - Math.floor(place));
}
