/** Starting and finding Updating Runs and previews. */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type WorkflowExecutionDescription, type WorkflowHandle } from '@temporalio/client';
import { CauError } from '../domain/errors.js';
import { clusterQueue, nameSchema, previewId, runId } from '../domain/names.js';
import type { Preview } from '../domain/preview.js';
import type { Report } from '../domain/report.js';
import { runRequestSchema, type RunRequest } from '../domain/requests.js';
import { parseInput } from '../domain/parse-input.js';
import { askWorkflow } from './asked-workflows.js';
import type { TemporalClient } from './connection.js';
import { hasPollers } from './pollers.js';
import { clusterKey } from '../workflows/messages.js';

/** A run as Temporal lists it. */
export interface RunSummary {
  readonly workflowId: string;
  /** Which execution of that id. */
  readonly runId: string;
  readonly cluster: string;
  readonly phase: string;
  /** Temporal's own status: RUNNING, COMPLETED, FAILED, … */
  readonly status: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/**
 * Starts a run. Input is checked here too, before anything is asked of Temporal.
 * @throws CauError `InvalidInput`, `ClusterUnknown`, `ClusterBusy`
 */
export async function startRun(temporal: TemporalClient, input: RunRequest, workflowId?: string): Promise<WorkflowHandle> {
  const request = parseInput(runRequestSchema, input, 'run');
  await requireWorkers(temporal, request.cluster);
  const id = workflowId ?? runId(request.cluster, new Date());
  try {
    return await temporal.client.workflow.start('updatingRun', {
      taskQueue: temporal.taskQueue,
      workflowId: id,
      args: [request],
      workflowTaskTimeout: '2s',
      workflowIdConflictPolicy: 'FAIL',
      typedSearchAttributes: [{ key: clusterKey, value: request.cluster }],
      staticSummary: `Updating Run of cluster ${request.cluster}${request.reason === undefined ? '' : `: ${request.reason.slice(0, 100)}`}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new CauError('ClusterBusy', `Run ${id} is already running.`, { where: id });
  }
}

/** Asks what a run with this request would do now. @throws CauError as the preview itself */
export async function previewRun(temporal: TemporalClient, input: RunRequest): Promise<Preview> {
  const request = parseInput(runRequestSchema, input, 'preview');
  await requireWorkers(temporal, request.cluster);
  return askWorkflow<Preview>(temporal, 'preview', {
    workflowId: previewId(request.cluster, new Date()),
    args: [request],
    staticSummary: `preview of cluster ${request.cluster}`,
  });
}

/** The latest runs, the newest first; of one cluster, or of all; of those that the condition holds for, where one is given. */
export async function listRuns(temporal: TemporalClient, cluster: string | null, limit = 10, condition?: string): Promise<RunSummary[]> {
  const conditions = ["WorkflowType = 'updatingRun'", ...(condition === undefined ? [] : [condition])];
  const query = [...conditions, ...(cluster === null ? [] : [`CauCluster = '${parseInput(nameSchema, cluster, 'cluster')}'`])].join(' AND ');
  const runs: RunSummary[] = [];
  for await (const run of temporal.client.workflow.list({ query })) {
    const attribute = (name: string) => String(run.searchAttributes[name]?.[0] ?? '');
    runs.push({
      workflowId: run.workflowId,
      runId: run.runId,
      cluster: attribute('CauCluster'),
      phase: attribute('CauPhase'),
      status: run.status.name,
      startedAt: run.startTime.toISOString(),
      endedAt: run.closeTime?.toISOString() ?? null,
    });
    if (runs.length >= limit) break;
  }
  return runs;
}

/**
 * The run that is meant: of the cluster of that name, or of all, the one at work, else the latest; else the one of that id. A start
 * that was skipped since does not hide the run at work.
 * @throws CauError `RunNotFound`
 */
export async function requireRun(temporal: TemporalClient, name: string | null): Promise<WorkflowHandle> {
  // No cluster has a name like that, and most ids do.
  if (name?.includes('/') === true) return requireRunOfId(temporal, name);
  return pickRun(temporal, name, await listRunning(temporal, name, 10));
}

const listRunning = (temporal: TemporalClient, cluster: string | null, limit: number) => listRuns(temporal, cluster, limit, "ExecutionStatus = 'Running'");

async function pickRun(temporal: TemporalClient, name: string | null, running: readonly RunSummary[]): Promise<WorkflowHandle> {
  // One that has not begun waits for a coordinator, or is about to be refused.
  const atWork = running.find(({ phase }) => phase !== '' && phase !== 'starting') ?? running[0];
  const latest = atWork ?? (await listRuns(temporal, name, 1))[0];
  if (latest !== undefined) return temporal.client.workflow.getHandle(latest.workflowId);
  if (name === null) throw new CauError('RunNotFound', 'There is no run yet.', { where: 'run', remedy: 'Start one with "cau run".' });
  return requireRunOfId(temporal, name).catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new CauError('RunNotFound', `There is no run of cluster "${name}", and none of that id.`, { where: name });
  });
}

/**
 * The run that somebody wants to tell something, which he must have named where runs of several clusters are at work.
 * @throws CauError `InvalidInput`, `RunNotFound`
 */
export async function requireOneRun(temporal: TemporalClient, name: string | null): Promise<WorkflowHandle> {
  if (name !== null) return requireRun(temporal, name);
  const running = await listRunning(temporal, null, 100);
  const clusters = [...new Set(running.map(({ cluster }) => cluster))].toSorted();
  if (clusters.length <= 1) return pickRun(temporal, null, running);
  throw new CauError('InvalidInput', `It is not said which run is meant: runs of the clusters ${clusters.join(', ')} are at work.`, {
    where: 'run',
    remedy: 'Name the cluster or the run.',
  });
}

async function requireRunOfId(temporal: TemporalClient, workflowId: string): Promise<WorkflowHandle> {
  const handle = temporal.client.workflow.getHandle(workflowId);
  await requireUpdatingRun(handle);
  return handle;
}

/** The report of a run that is over; waits for one that is not. */
export async function awaitReport(handle: WorkflowHandle): Promise<Report> {
  return (await handle.result()) as Report;
}

/** What Temporal says of a run. @throws CauError `RunNotFound` for a workflow that is none */
export async function requireUpdatingRun(handle: WorkflowHandle): Promise<WorkflowExecutionDescription> {
  const description = await handle.describe();
  if (description.type === 'updatingRun') return description;
  throw new CauError('RunNotFound', `${handle.workflowId} is not an Updating Run.`, { where: handle.workflowId });
}

/** The cluster of a run. @throws CauError `RunNotFound` for a workflow that is none */
export async function clusterOf(handle: WorkflowHandle): Promise<string> {
  const { searchAttributes } = await handle.describe();
  const cluster = searchAttributes['CauCluster']?.[0];
  if (typeof cluster === 'string') return cluster;
  throw new CauError('RunNotFound', `${handle.workflowId} is not an Updating Run.`, { where: handle.workflowId });
}

/** @throws CauError `TemporalUnsuitable` when nobody would execute a workflow */
export async function requireCoordinator(temporal: TemporalClient): Promise<void> {
  if (await hasPollers(temporal, temporal.taskQueue, 'workflow')) return;
  throw new CauError('TemporalUnsuitable', `No Update Coordinator works on task queue "${temporal.taskQueue}".`, {
    where: temporal.taskQueue,
    remedy: 'Start one with "cau serve coordinator".',
  });
}

/** A run that nobody would work on is refused at once instead of waiting unseen. */
export async function requireWorkers(temporal: TemporalClient, cluster: string): Promise<void> {
  const [, nodes] = await Promise.all([requireCoordinator(temporal), hasPollers(temporal, clusterQueue(cluster), 'activity')]);
  if (!nodes) throw new CauError('ClusterUnknown', `No node worker of cluster "${cluster}" polls Temporal at ${temporal.address}.`, { where: 'cluster' });
}
