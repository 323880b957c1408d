/** The failure budget: how many nodes may fail before no further node is begun. */
import type { RunOptions } from './options.js';
import { isFailure, type NodeOutcome } from './outcomes.js';
import { verdictOf, type Verdict } from './verdict.js';

/**
 * The number of nodes that may fail. `auto` is CAU's default, a third of the nodes less one, and never more than the
 * quorum margin: failed nodes may be gone, and the cluster must outlive them.
 */
export function failureBudget(option: RunOptions['maxFailedNodes'], nodes: number, margin: number): number {
  return option === 'auto' ? Math.min(Math.max(0, Math.ceil(nodes / 3) - 1), margin) : option;
}

/** Whether another node may be begun after these outcomes. */
export function decideBudget(outcomes: readonly NodeOutcome[], budget: number): Verdict {
  const failed = outcomes.filter(isFailure).length;
  return verdictOf(failed <= budget ? [] : [`${failed} ${failed === 1 ? 'node' : 'nodes'} failed, ${budget} may`]);
}

/** Whether these are the words of `decideBudget`, as a report has them. */
export const isBudgetReason = (reason: string) => /^\d+ nodes? failed, \d+ may$/.test(reason);
