/** What histories tell on one line of time. */

/** Something of a workflow: a step that a worker did, a wait of its own, or an event of the run. */
export interface TimeLineEntry {
  /** When it began, in ISO 8601. */
  readonly at: string;
  /** Milliseconds after the first event of all histories. */
  readonly afterMs: number;
  /** `run`, `guard`, or the name of the node whose workflow it is. */
  readonly workflow: string;
  readonly kind: 'step' | 'wait' | 'event';
  /** What it was for, in words. */
  readonly what: string;
  /** How long it took; null of an event, and of what had not ended when the history was exported. */
  readonly ms: number | null;
  /** How often a step was tried. */
  readonly attempts: number;
  /** Why a step failed, or why an attempt before the last one did. */
  readonly failure: string | null;
}

/** A workflow whose history was read. */
export interface ToldWorkflow {
  readonly workflow: string;
  readonly workflowId: string;
  readonly type: string;
  readonly events: number;
  /** How it ended, in Temporal's word, such as `completed`; `running` when it had not. */
  readonly state: string;
}

export interface TimeLine {
  readonly workflows: readonly ToldWorkflow[];
  /** In order of time. */
  readonly entries: readonly TimeLineEntry[];
}
