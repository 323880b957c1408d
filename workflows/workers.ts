/**
 * How workflows reach workers: which queue, and which time limits. Every activity has a schedule-to-close; whatever is
 * asked of a node that may be dead has a schedule-to-start; nothing is bounded by attempts but the questions to a
 * witness, which another member answers instead. What waits for another, or may take more than a minute, takes the proof that the wait is shown.
 */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ErrorCode } from '../domain/errors.js';
import { clusterQueue, nodeQueue, ownCoordinatorQueue } from '../domain/names.js';
import type { ClusterActivities, IntroductionActivities, NodeActivities } from '../domain/ports/activities.js';
import type { CoordinatorActivities } from '../domain/ports/coordinator-activities.js';
import type { Waiting } from './waiting.js';

type OnNode = NodeActivities & ClusterActivities;

const patiently = { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s' } as const;

/** How long a worker may take to take up a short step: it may be starting anew. */
const usualStartMs = 45_000;

/** A short step of the node itself, tried again for a minute. */
export const quickStep = (cluster: string, node: string, summary: string, startMs = usualStartMs) =>
  proxyActivities<OnNode>({
    taskQueue: nodeQueue(cluster, node),
    scheduleToStartTimeout: startMs,
    startToCloseTimeout: '30s',
    scheduleToCloseTimeout: '60s',
    heartbeatTimeout: '10s',
    retry: patiently,
    summary,
  });

/** How long what may take minutes may take at most. */
export const longStepMs = 30 * 60_000;
const minutes = { scheduleToStartTimeout: '2m', startToCloseTimeout: '20m', scheduleToCloseTimeout: longStepMs, heartbeatTimeout: '10s' } as const;

/** Verifying packages, or stopping the cluster stack: minutes at most. */
export const longStep = (_shown: Waiting, cluster: string, node: string, summary: string) =>
  proxyActivities<OnNode>({
    taskQueue: nodeQueue(cluster, node),
    ...minutes,
    retry: patiently,
    summary,
  });

/** Scanning and staging. When the sources of packages fail, whoever asks them waits for them in view, or goes on without. */
export const sourceStep = (_shown: Waiting, cluster: string, node: string, summary: string) =>
  proxyActivities<OnNode>({
    taskQueue: nodeQueue(cluster, node),
    ...minutes,
    retry: { ...patiently, nonRetryableErrorTypes: ['ScanFailed', 'StageFailed'] satisfies ErrorCode[] },
    summary,
  });

/** Reading the records of a node that may be down; logs may be long. */
export const reading = (cluster: string, node: string, summary: string) =>
  proxyActivities<OnNode>({
    taskQueue: nodeQueue(cluster, node),
    scheduleToStartTimeout: '15s',
    startToCloseTimeout: '60s',
    scheduleToCloseTimeout: '90s',
    heartbeatTimeout: '10s',
    retry: patiently,
    summary,
  });

/**
 * An operation that runs at most once on the node; a lost worker is noticed by its missing heartbeat, and a node that
 * does not come back by the time for which nobody takes up its task.
 */
export const operation = (
  _shown: Waiting,
  cluster: string,
  node: string,
  { timeoutMs, awayMs }: { readonly timeoutMs: number; readonly awayMs: number },
  summary: string,
) =>
  proxyActivities<OnNode>({
    taskQueue: nodeQueue(cluster, node),
    scheduleToStartTimeout: awayMs,
    startToCloseTimeout: timeoutMs,
    scheduleToCloseTimeout: timeoutMs + awayMs,
    heartbeatTimeout: '10s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: patiently,
    summary,
  });

/** Waiting for a node that restarts: no schedule-to-start, since the task waits for the worker of the next boot. */
export const nextBoot = (_shown: Waiting, cluster: string, node: string, timeoutMs: number, summary: string) =>
  proxyActivities<OnNode>({
    taskQueue: nodeQueue(cluster, node),
    startToCloseTimeout: '2s',
    scheduleToCloseTimeout: timeoutMs,
    retry: { initialInterval: '200ms', backoffCoefficient: 1.2, maximumInterval: '2s' },
    summary,
  });

/** A question to the node itself, which may be on its way back from a restart that nobody asked for. */
export const onceBack = (_shown: Waiting, cluster: string, node: string, timeoutMs: number, summary: string) =>
  proxyActivities<OnNode>({
    taskQueue: nodeQueue(cluster, node),
    startToCloseTimeout: '10s',
    scheduleToCloseTimeout: timeoutMs,
    retry: patiently,
    summary,
  });

/** A question to one member about the cluster: one attempt, then another member is asked. */
export const question = (cluster: string, witness: string, timeoutMs: number, summary: string) =>
  proxyActivities<OnNode>({
    taskQueue: nodeQueue(cluster, witness),
    scheduleToStartTimeout: '2s',
    startToCloseTimeout: timeoutMs,
    scheduleToCloseTimeout: timeoutMs + 2000,
    heartbeatTimeout: '3s',
    retry: { maximumAttempts: 1 },
    summary,
  });

/** Something that a node does by itself, tried once; it may start the cluster stack. Whoever asks goes on without a node that is gone. */
export const ownAffair = (cluster: string, node: string, summary: string) =>
  proxyActivities<OnNode>({
    taskQueue: nodeQueue(cluster, node),
    scheduleToStartTimeout: '5s',
    startToCloseTimeout: '60s',
    scheduleToCloseTimeout: '65s',
    retry: { maximumAttempts: 1 },
    summary,
  });

/** The measurement of roles; ended by canceling it, and then it answers what it measured. */
export const measurement = (cluster: string, node: string) =>
  proxyActivities<OnNode>({
    taskQueue: nodeQueue(cluster, node),
    scheduleToStartTimeout: '10s',
    startToCloseTimeout: '24h',
    scheduleToCloseTimeout: '24h',
    heartbeatTimeout: '10s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { maximumAttempts: 1 },
    summary: `measure the roles from ${node}`,
  });

/** The first question of a run: any worker of the cluster may answer. */
export const introduction = (cluster: string) =>
  proxyActivities<IntroductionActivities>({
    taskQueue: clusterQueue(cluster),
    scheduleToStartTimeout: '10s',
    startToCloseTimeout: '3s',
    scheduleToCloseTimeout: '30s',
    retry: { initialInterval: '200ms', backoffCoefficient: 1.5, maximumInterval: '2s' },
    summary: 'who is there?',
  });

/** Steps done by Update Coordinators, on the queue that this workflow itself was started on. */
export const coordinator = (summary: string) =>
  proxyActivities<CoordinatorActivities>({
    startToCloseTimeout: '1500ms',
    scheduleToCloseTimeout: '2m',
    retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '2s' },
    summary,
  });

/** A step of one coordinator alone, which may be gone: nobody waits for it. */
export const oneCoordinator = (identity: string, summary: string) =>
  proxyActivities<Pick<CoordinatorActivities, 'resolveProfile'>>({
    taskQueue: ownCoordinatorQueue(workflowInfo().taskQueue, identity),
    scheduleToStartTimeout: '1s',
    startToCloseTimeout: '3s',
    scheduleToCloseTimeout: '4s',
    retry: { maximumAttempts: 1 },
    summary,
  });

/** How long a coordinator waits for other workflows at most. */
export const coordinatorWaitMs = 24 * 3_600_000;

/** Waiting of a coordinator for other workflows. */
export const coordinatorWait = (_shown: Waiting, summary: string) =>
  proxyActivities<CoordinatorActivities>({
    startToCloseTimeout: coordinatorWaitMs,
    scheduleToCloseTimeout: coordinatorWaitMs,
    heartbeatTimeout: '3s',
    retry: patiently,
    summary,
  });

/** Telling a target what happens in a run. Tried again by another coordinator, which may know the target better; it holds nothing of the cluster. */
export const delivery = (_shown: Waiting, target: string) =>
  proxyActivities<CoordinatorActivities>({
    startToCloseTimeout: coordinatorWaitMs,
    scheduleToCloseTimeout: 2 * coordinatorWaitMs,
    heartbeatTimeout: '10s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
    summary: `tell ${target} the events of the run`,
  });
