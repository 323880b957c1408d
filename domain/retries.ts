/** What follows when a step of a node's update failed: the step again, or the node's way back, or no way back. */
import { isStillRunning } from './endless-installation.js';
import type { ErrorCode, Failure } from './errors.js';

/** How a node stands whose step failed. */
export interface FailedStep {
  readonly failure: Failure;
  /** Retries that were made on this node before, at whichever step. */
  readonly retries: number;
  readonly maxRetries: number;
  /** `held`: in maintenance mode by this run, as far as it knows. `released`: it was, and serves again. */
  readonly hold: 'none' | 'held' | 'released';
  /** Whether the run asked the node to end after its step. */
  readonly isStopAsked: boolean;
}

/**
 * `retry`: the same step after a pause. `leave`: the node is not in maintenance mode, so there is nothing to undo.
 * `resume`: back into service, if it is healthy. `keep`: it stays in maintenance mode, for somebody to look at.
 */
export type AfterFailure = { readonly kind: 'retry'; readonly pauseMs: number } | { readonly kind: 'leave' | 'resume' | 'keep' };

/**
 * Failures that may pass by themselves within a minute: a mirror, a lock, a package's script, a node that restarted. What
 * waited for its own deadline already is not waited for again, and what somebody decided is final. Lost quorum is not
 * waited for in maintenance mode either: the node's own vote may be the one that is missing.
 */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'InstallFailed',
  'PackagesBroken',
  'ScanFailed',
  'StageFailed',
  'LockHeld',
  'ClusterToolFailed',
  'NodeUnreachable',
]);

const firstPauseMs = 1000;
const longestPauseMs = 30_000;

/** What to do after a failure. Retries are counted over the whole node, so that it comes to an end however many steps fail. */
export function decideAfterFailure({ failure, retries, maxRetries, hold, isStopAsked }: FailedStep): AfterFailure {
  const isKept = mustBeKept(failure);
  if (!isKept && !isStopAsked && passing.has(failure.code) && retries < maxRetries)
    return { kind: 'retry', pauseMs: Math.min(longestPauseMs, firstPauseMs * 2 ** retries) };
  // With the node its hold went from the cluster, too.
  if (hold !== 'held' || failure.code === 'NodeVanished') return { kind: 'leave' };
  return { kind: isKept ? 'keep' : 'resume' };
}

/**
 * Nobody may be let back onto a node whose stop failed (the role may still run there), whose services are not as they
 * were, that is gone, or whose packages are still being installed.
 */
function mustBeKept(failure: Failure): boolean {
  const { code, facts } = failure;
  return code === 'UnexpectedService' || code === 'RestartTimeout' || facts?.['blocked'] !== undefined || isStillRunning(failure);
}

/**
 * Failures of a node after which the run begins no other one: what the cluster lacks then, the next node would take from
 * it as well. A gate of the user's is a failure of its node like any other: the next node asks it anew.
 */
export function endsRun({ code, facts }: Failure): boolean {
  return code === 'QuorumAtRisk' || (code === 'GateFailed' && facts?.['gate'] === undefined) || code === 'NoQuorumHere';
}
