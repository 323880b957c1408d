/** What the verification says of one invariant. */
import { z } from 'zod';
import { fitText } from '../payload-size.js';
import type { VerifiedRun, Evidence } from '../evidence.js';

/** `broken`: the records contradict it; `cannotTell`: nothing contradicts it, and some of the records it needs are missing. */
export const invariantFindingSchema = z.strictObject({
  /** The number of the invariant in the documentation. */
  invariant: z.number().int(),
  id: z.string(),
  title: z.string(),
  state: z.enum(['holds', 'broken', 'cannotTell']),
  /** What contradicts it, with the record that does. */
  broken: z.array(z.string()),
  /** What could not be told, and why. */
  unknown: z.array(z.string()),
  /** What was looked at, in words. */
  basis: z.string(),
});
export type InvariantFinding = z.infer<typeof invariantFindingSchema>;

/** What an invariant's check found out. */
export type Judgement = Pick<InvariantFinding, 'broken' | 'unknown' | 'basis'>;

/** A promise of every run, and how it is proved. */
export interface Invariant {
  readonly number: number;
  /** Stable, as the ids of readiness rules: `work.once`. */
  readonly id: string;
  readonly title: string;
  check(run: VerifiedRun, evidence: Evidence): Judgement;
}

const listed = 20;
const words = 400;

/** A judgement as the finding of its invariant, short enough to travel; what is cut is counted. */
export function findingOf({ number, id, title }: Invariant, { broken, unknown, basis }: Judgement): InvariantFinding {
  const state = broken.length > 0 ? 'broken' : unknown.length > 0 ? 'cannotTell' : 'holds';
  return { invariant: number, id, title, state, broken: short(broken), unknown: short(unknown), basis };
}

function short(lines: readonly string[]): string[] {
  const distinct = [...new Set(lines)];
  const cut = distinct.length - listed;
  return [...distinct.slice(0, listed).map((line) => fitText(line, words)), ...(cut > 0 ? [`… and ${cut} more`] : [])];
}
