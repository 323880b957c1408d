/** How long the rest of a run may take, learned from its own nodes, or from earlier runs. An estimate, never a promise. */
import { median, type NodeTime } from './expected-node-time.js';
import type { NodeProgress, Progress } from './progress.js';

/** Estimates in milliseconds. */
export interface ExpectedTime {
  /** What a node takes; null until one of this run has succeeded, where there are no earlier runs. */
  readonly nodeMs: number | null;
  /** What is left of the nodes that are at work or still to come; null when nothing was learned, or nothing is left. */
  readonly leftMs: number | null;
  /** Whether earlier runs told, since no node of this one has succeeded yet. */
  readonly isFromEarlierRuns: boolean;
}

/** The mean of the nodes that succeeded in this run, else the median of earlier runs, for each that is left. A node that failed tells nothing. */
export function expectTime({ nodes }: Pick<Progress, 'nodes'>, now: number, earlier: readonly Pick<NodeTime, 'ms'>[] = []): ExpectedTime {
  const took = nodes.filter((node) => node.outcome === 'Succeeded').flatMap((node) => elapsedOf(node, now) ?? []);
  const isFromEarlierRuns = took.length === 0 && earlier.length > 0;
  if (took.length === 0 && !isFromEarlierRuns) return { nodeMs: null, leftMs: null, isFromEarlierRuns };
  const nodeMs = isFromEarlierRuns ? median(earlier.map(({ ms }) => ms)) : took.reduce((sum, ms) => sum + ms, 0) / took.length;
  const left = nodes.filter((node) => node.outcome === null && node.action === 'update');
  if (left.length === 0) return { nodeMs, leftMs: null, isFromEarlierRuns };
  const leftMs = left.reduce((sum, node) => sum + Math.max(0, nodeMs - (elapsedOf(node, now) ?? 0)), 0);
  return { nodeMs, leftMs, isFromEarlierRuns };
}

/** How long a node was worked on, or is until now; null when it was not begun. */
export function elapsedOf(node: Pick<NodeProgress, 'startedAt' | 'since' | 'outcome'>, now: number): number | null {
  if (node.startedAt === null) return null;
  const until = node.outcome === null || node.since === null ? now : Date.parse(node.since);
  return Math.max(0, until - Date.parse(node.startedAt));
}
