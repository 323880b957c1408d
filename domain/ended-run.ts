/** A run that is over, in a few words. */
import type { Failure } from './errors.js';
import type { RunOutcome } from './outcomes.js';

/** How a run ended, as Temporal itself tells it. */
export interface EndedRun {
  readonly workflowId: string;
  /** Empty of a run whose input named none. */
  readonly cluster: string;
  readonly startedAt: string;
  readonly endedAt: string;
  /** Null of a run that left no report: it was refused, or ended from outside. */
  readonly outcome: RunOutcome | null;
  readonly failure: Failure | null;
}
