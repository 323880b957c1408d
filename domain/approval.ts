/** What a person must approve before a node is begun. */
import type { RunOptions } from './options.js';

/** What a run waits to be approved. */
export interface ApprovalDue {
  /** Names it, so that it is granted once. */
  readonly key: string;
  /** In words, after "approval of". */
  readonly what: string;
  /** The one node that it is about; null when it is about several. */
  readonly node: string | null;
}

/** The key of the approval of all nodes after the first one. */
export const restApproval = 'rest';

/**
 * What must be approved before `next` is begun, or null. The plan is approved before the first node; after the first node
 * all others at once; or each node on its own.
 */
export function approvalDue(
  approval: RunOptions['approval'],
  { next, begun, granted }: { readonly next: string; readonly begun: number; readonly granted: ReadonlySet<string> },
): ApprovalDue | null {
  const due = dueFor(approval, next, begun);
  return due === null || granted.has(due.key) ? null : due;
}

function dueFor(approval: RunOptions['approval'], next: string, begun: number): ApprovalDue | null {
  switch (approval) {
    case 'none':
      return null;
    case 'plan':
      return begun === 0 ? { key: 'plan', what: `the plan, before ${next} as the first node`, node: null } : null;
    case 'firstNode':
      return begun === 0 ? null : { key: restApproval, what: `the nodes after the first one, ${next} next`, node: null };
    case 'everyNode':
      return { key: `node ${next}`, what: `node ${next}`, node: next };
  }
}
