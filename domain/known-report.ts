/** What is known of a run that was ended from outside, as a report: somebody may have terminated it in Temporal. */
import { createFailure } from './errors.js';
import { decideRunOutcome } from './outcomes.js';
import { untouchedNode, type Finding, type NodeReport, type Report } from './report.js';

/** What the run itself knew. */
export interface KnownReport {
  /** With the nodes that were done. */
  readonly report: Report;
  /** The nodes that were at work. */
  readonly open: readonly { readonly node: string; readonly startedAt: string }[];
  /** The nodes that were to be begun. */
  readonly waiting: readonly string[];
}

/**
 * The report of such a run: nodes at work by what their own workflows came to, which end in order; the others were not begun.
 * @param ended what the workflows of nodes came to that were at work
 * @param how the run ended, in Temporal's word: `TERMINATED`, `TIMED_OUT`, …
 */
export function completeReport({ report, open, waiting }: KnownReport, ended: readonly NodeReport[], how: string, at: Date): Report {
  const endedAt = at.toISOString();
  const lost = ({ node, startedAt }: KnownReport['open'][number]): NodeReport => ({
    ...untouchedNode(node, 'Failed', null),
    startedAt,
    endedAt,
    failure: createFailure('Unexpected', `The run was ended (${how}) while ${node} was at work, and its workflow left no report.`, {
      where: node,
      remedy: 'Look how the node stands; a new run updates it where that is still needed.',
    }),
  });
  const nodes = [
    ...report.nodes,
    ...open.map((node) => ended.find((one) => one.node === node.node) ?? lost(node)),
    ...waiting.map((node) => untouchedNode(node, 'Canceled', `the run was ended (${how}) before this node was begun`)),
  ];
  const isPartial: Finding = {
    id: 'run.ended',
    severity: 'warning',
    message: `The run was ended from outside (${how}) and made no report; this is what was known of it when its guard had cleaned up.`,
    remedy: 'Start a new run for the nodes that are left.',
    skipped: false,
  };
  return {
    ...report,
    endedAt,
    nodes,
    outcome: decideRunOutcome(
      nodes.map(({ outcome }) => outcome),
      false,
    ),
    failure: report.failure ?? nodes.find(({ outcome, failure }) => outcome !== 'Canceled' && outcome !== 'Skipped' && failure !== null)?.failure ?? null,
    readiness: [...report.readiness, isPartial],
  };
}
