/** The names that processes find each other by: task queues, workflow ids, search attributes. */
import { z } from 'zod';

/**
 * The name of a cluster or node: what host names and cluster names allow, and nothing that has a meaning in an
 * XPath, a path or a workflow id.
 */
export const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/, 'a name of at most 64 letters, digits, ".", "_" and "-", a letter or digit first and last');

/** The task queue of Update Coordinators, unless configured otherwise (`cau/<cluster>` in self-updating mode). */
export const coordinatorQueue = 'cau';

/** The task queue of one Update Coordinator alone, by its identity: for what must be asked of each of them. */
export const ownCoordinatorQueue = (taskQueue: string, identity: string) => `${taskQueue}/coordinator/${identity}`;

/** The task queue that serves only the first question of a run: who is there? All node workers poll it. */
export const clusterQueue = (cluster: string) => `cau/cluster/${cluster}`;

/** The task queue of one node's own worker. */
export const nodeQueue = (cluster: string, node: string) => `cau/node/${cluster}/${node}`;

/** The id of the workflow that excludes every other run on a cluster. */
export const guardId = (cluster: string) => `cau/guard/${cluster}`;

/** The id of the workflow that updates one node; the same each time, so that no two can run at once. */
export const nodeWorkflowId = (cluster: string, node: string) => `cau/node/${cluster}/${node}`;

/** The id of a run that starts at `at`: sortable, to the second, in UTC. */
export const runId = (cluster: string, at: Date) => `cau/run/${cluster}/${stamp(at)}`;

/** The id that a schedule gives its runs; Temporal adds the time, so that it is sorted with the others. */
export const scheduledRunId = (cluster: string) => `cau/run/${cluster}`;

/** The id of a schedule that is given none. */
export const scheduleId = (cluster: string) => `cau/schedule/${cluster}`;

/** The id of a preview that starts at `at`. */
export const previewId = (cluster: string, at: Date) => `cau/preview/${cluster}/${stamp(at)}`;

/** The id of a recovery that starts at `at`. */
export const recoveryId = (cluster: string, at: Date) => `cau/recovery/${cluster}/${stamp(at)}`;

/** The id of a verification that starts at `at`. */
export const verificationId = (cluster: string, at: Date) => `cau/verify/${cluster}/${stamp(at)}`;

/** The id of the workflow that tells the targets of a run its events: the same over a reset of the run. */
export const notificationId = (cluster: string, { firstExecutionRunId }: RunReference) => `cau/notification/${cluster}/${firstExecutionRunId}`;

/** The search attributes that a Temporal namespace must have for us, with their Temporal types. */
export const searchAttributes = {
  CauCluster: 'Keyword',
  CauNode: 'Keyword',
  CauPhase: 'Keyword',
  CauFailedNodes: 'Int',
} as const;

/**
 * One Updating Run, for ever: the id of its workflow and of that workflow's first execution, which stays the same
 * over a `temporal workflow reset` (an id alone may be used again by the next run).
 */
export const runReferenceSchema = z.strictObject({
  workflowId: z.string().min(1).max(200),
  firstExecutionRunId: z.uuid(),
});
export type RunReference = z.infer<typeof runReferenceSchema>;

/** Whether two references name the same run. */
export function isSameRun(left: RunReference, right: RunReference): boolean {
  return left.firstExecutionRunId === right.firstExecutionRunId;
}

const stamp = (at: Date) => at.toISOString().replace(/[-:]|\.\d+/g, '');
