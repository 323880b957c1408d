/** What workflows ask of an Update Coordinator: steps that need Temporal itself. */
import type { BusyWith } from '../cluster-busy.js';
import type { Failure } from '../errors.js';
import type { RunReference } from '../names.js';
import type { SettledWindow } from '../maintenance-window.js';
import type { RunOptions } from '../options.js';
import type { NodeResult } from '../node-order.js';
import type { DeliveryState, ResolvedTarget } from '../notification.js';
import type { ProfileRecord } from '../profiles.js';
import type { ExaminedRun, OpenWorkflow } from '../recovery.js';
import type { Report } from '../report.js';
import type { VerifiedRun } from '../evidence.js';

/** What is known of the guard of a cluster and of the run that it guards. */
export type GuardState =
  | { readonly kind: 'free' }
  /** The id is absent in the answer of an earlier version. */
  | { readonly kind: 'ours'; readonly guardRunId?: string }
  /** Its run is closed; it is cleaning up, or was never told. */
  | { readonly kind: 'orphaned'; readonly guardRunId: string; readonly holder: RunReference; readonly since: string }
  | ({ readonly kind: 'busy' } & BusyWith);

/** How the workflow of a node ended that an earlier execution of a run began. */
export type AdoptedNode =
  | { readonly kind: 'none' }
  | { readonly kind: 'ended'; readonly result: NodeResult; readonly failure: null }
  | { readonly kind: 'ended'; readonly result: null; readonly failure: Failure };

/** The open workflows of a cluster, and the state of every run that has anything there. */
export interface WorkflowSurvey {
  readonly workflows: readonly OpenWorkflow[];
  readonly runs: readonly ExaminedRun[];
}

/** What a target is to be told. */
export interface DeliveryOrder {
  readonly cluster: string;
  readonly run: RunReference;
  readonly target: string;
  readonly state: DeliveryState;
}

/** How far it came; not done when the shift was over before the run was. */
export interface DeliveryAnswer {
  readonly isDone: boolean;
  readonly state: DeliveryState;
}

/** Steps that need Temporal itself, done by an Update Coordinator. */
export interface CoordinatorActivities {
  /** The profile of that name as this coordinator reads it now. @throws CauError `InvalidInput`, `ConfigurationInvalid` */
  resolveProfile(input: { readonly name: string }): Promise<ProfileRecord>;
  /** The identities of the Update Coordinators that were there a moment ago. */
  findCoordinators(): Promise<readonly string[]>;
  /** The targets of these names, as this coordinator knows them. @throws CauError `InvalidInput`, `ConfigurationInvalid` */
  resolveTargets(input: { readonly names: readonly string[] }): Promise<readonly ResolvedTarget[]>;
  /**
   * Tells one target the events of a run in their order, from where it was told last, until the run is closed and everything is told or given up, or
   * its shift is over. @throws CauError `TargetFailed` when this coordinator does not know the target, `TemporalUnavailable`
   */
  deliverEvents(input: DeliveryOrder): Promise<DeliveryAnswer>;
  /**
   * When nodes may be begun, in moments: the window that is open or the next one, as far as no blackout cuts it short; null: always.
   * @throws CauError `InvalidInput`; `Blackout` when nodes would be begun in one
   */
  settleWindow(input: Pick<RunOptions, 'window' | 'blackouts'> & { readonly from: string }): Promise<SettledWindow | null>;
  /** Who guards the cluster, as far as the run that asks is concerned. */
  examineGuard(input: { readonly cluster: string; readonly run: RunReference }): Promise<GuardState>;
  /** Asks a guard whose run is closed to clean up. */
  cancelGuard(input: { readonly cluster: string; readonly guardRunId: string }): Promise<void>;
  /** Whether each run is open, closed for certain, or unknown to Temporal. */
  examineRuns(input: { readonly runs: readonly RunReference[] }): Promise<readonly ExaminedRun[]>;
  /**
   * A run that is over, with its report if it left one.
   * @throws CauError `RunNotFound` also for a run that is not over
   */
  readRun(input: { readonly cluster: string; readonly workflowId: string }): Promise<VerifiedRun>;
  /** What is known of a run that was ended from outside, as a report; null of any other, and of one that had come to no plan. */
  readKnownReport(input: { readonly cluster: string; readonly run: RunReference }): Promise<Report | null>;
  /** Waits until none of these workflows runs, asking those to end in order that belong to a closed run. */
  awaitClosed(input: { readonly workflowIds: readonly string[]; readonly cancel: boolean }): Promise<void>;
  surveyWorkflows(input: { readonly cluster: string; readonly nodes: readonly string[]; readonly runs: readonly RunReference[] }): Promise<WorkflowSurvey>;
  /** Terminates exactly that execution, if it is still stuck. @throws CauError `ClusterBusy` when it goes on again */
  terminateStuck(input: { readonly workflowId: string; readonly runId: string; readonly why: string }): Promise<void>;
  /**
   * Waits for the workflow of a node that an earlier execution of this same run began (before a reset), and answers how
   * it ended; `none` when this run began none.
   */
  adoptNodeWorkflow(input: { readonly workflowId: string; readonly run: RunReference }): Promise<AdoptedNode>;
}
