/** How nodes and runs end. */
import { z } from 'zod';

/**
 * How the update of one node ended. `Canceled`: not begun, or ended on request; `Skipped`: left out with a reason;
 * `NeedsAttention`: left in a state that somebody must look at (it may be kept in maintenance mode).
 */
export const nodeOutcomeSchema = z.enum(['Succeeded', 'Failed', 'Canceled', 'UpToDate', 'Skipped', 'NeedsAttention']);
export type NodeOutcome = z.infer<typeof nodeOutcomeSchema>;

/** How a run ended. */
export const runOutcomeSchema = z.enum(['Succeeded', 'PartiallyFailed', 'Failed', 'Canceled', 'UpToDate', 'Skipped', 'NeedsAttention']);
export type RunOutcome = z.infer<typeof runOutcomeSchema>;

/**
 * The outcome of a run from those of its nodes. Anything that needs attention outweighs the rest.
 * @param endedBadly the nodes were to end with the same versions and did not, or a role was lost on its way home when all of them were done
 */
export function decideRunOutcome(nodes: readonly NodeOutcome[], endedBadly = false): RunOutcome {
  const has = (outcome: NodeOutcome) => nodes.includes(outcome);
  if (has('NeedsAttention')) return 'NeedsAttention';
  if (has('Failed')) return has('Succeeded') || has('UpToDate') ? 'PartiallyFailed' : 'Failed';
  if (has('Canceled')) return 'Canceled';
  if (endedBadly) return 'PartiallyFailed';
  if (has('Succeeded')) return 'Succeeded';
  if (has('UpToDate')) return 'UpToDate';
  return 'Skipped';
}

/** Whether the node counts against the failure budget. */
export function isFailure(outcome: NodeOutcome): boolean {
  return outcome === 'Failed' || outcome === 'NeedsAttention';
}
