/** Durations: strings with a unit in everything that people write or read, milliseconds inside. */
import { z } from 'zod';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/**
 * A duration as people write it, within these bounds: a number and one unit, such as `90s`, `15m`, `2h` or `1d`. The bounds are
 * annotations of the JSON Schema too (`x-least`, `x-most`), which has no words for them; refusals read them as well.
 */
export function durationWithin(least: string, most: string) {
  const isWithin = (duration: string) => !pattern.test(duration) || (durationMs(duration) >= durationMs(least) && durationMs(duration) <= durationMs(most));
  return z.string().regex(pattern).refine(isWithin).meta({ 'x-least': least, 'x-most': most });
}

/** Any duration. Nothing takes longer than a year, and what is much longer has no date that a computer could name. */
export const durationSchema = durationWithin('0s', '365d');
export type Duration = string;

/** The milliseconds of a duration that passed `durationSchema`; 0 for anything else. */
export function durationMs(duration: Duration): number {
  const match = pattern.exec(duration);
  if (match === null) return 0;
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
}

/** A length of time for eyes: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function renderElapsed(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
