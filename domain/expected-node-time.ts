/** How long a node is expected to take, learned from earlier reports: what a maintenance window is compared with. */
import { z } from 'zod';
import { renderElapsed } from './duration.js';

/** How long the update of a node took that succeeded. */
export const nodeTimeSchema = z.strictObject({ node: z.string(), at: z.iso.datetime(), ms: z.number().int(), restarted: z.boolean() });
export type NodeTime = z.infer<typeof nodeTimeSchema>;

/** How long a node is expected to take, in milliseconds. */
export interface ExpectedNodeTime {
  readonly ms: number;
  /** What it is based on, in words. */
  readonly basis: string;
}

const guessMs = 20 * 60_000;
const restartGuessMs = 10 * 60_000;
const enough = 3;
const leastSpread = 0.1;

/**
 * The median of earlier updates and twice their spread (the median deviation from it). Updates of the same node count if
 * there are enough of them, else those of all nodes; those that restarted, or did not, like this one, if there are any.
 * Where none restarted, a guess for the restart is added.
 * Of one or two the spread is unknown, and half of the median is taken for it. Without any it is a guess, and says so.
 */
export function expectNodeTime(times: readonly NodeTime[], { node, restart }: { readonly node: string; readonly restart: boolean }): ExpectedNodeTime {
  const alike = times.filter((time) => time.restarted === restart);
  const comparable = alike.length > 0 ? alike : times;
  const own = comparable.filter((time) => time.node === node);
  const taken = own.length >= enough ? own : comparable;
  if (taken.length === 0) return { ms: guessMs + (restart ? restartGuessMs : 0), basis: 'a guess, since no earlier report tells' };
  const all = taken.map(({ ms }) => ms);
  const middle = median(all);
  const spread = taken.length < enough ? middle / 2 : Math.max(middle * leastSpread, median(all.map((ms) => Math.abs(ms - middle))));
  const whose = own.length >= enough ? `of ${node}` : 'of all nodes';
  const addedMs = restart && alike.length === 0 ? restartGuessMs : 0;
  const added = addedMs === 0 ? '' : `, and ${renderElapsed(addedMs)} as a guess for its restart`;
  return {
    ms: Math.round(middle + 2 * spread) + addedMs,
    basis: `${taken.length} earlier ${taken.length === 1 ? 'update' : 'updates'} ${whose}: median ${renderElapsed(middle)}, spread ${renderElapsed(spread)}${added}`,
  };
}

/** The middle one of at least one value, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

const reportedSchema = z.object({
  nodes: z.array(
    z.object({
      node: z.string(),
      outcome: z.string(),
      startedAt: z.iso.datetime().nullable(),
      endedAt: z.iso.datetime().nullable(),
      restarts: z.array(z.unknown()),
    }),
  ),
});

/** What a report of any version tells of how long its nodes took; nothing when it is none. */
export function nodeTimesOf(report: unknown): NodeTime[] {
  const { nodes } = reportedSchema.safeParse(report).data ?? { nodes: [] };
  return nodes.flatMap(({ node, outcome, startedAt, endedAt, restarts }) =>
    outcome !== 'Succeeded' || startedAt === null || endedAt === null
      ? []
      : [{ node, at: endedAt, ms: Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)), restarted: restarts.length > 0 }],
  );
}
