/** Steps that need Temporal itself: who guards a cluster, which runs are closed. */
import { heartbeat } from '@temporalio/activity';
import { WorkflowFailedError, WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import { CauError } from '../domain/errors.js';
import { guardId, isSameRun, runReferenceSchema, type RunReference } from '../domain/names.js';
import type { NodeResult } from '../domain/node-order.js';
import type { CoordinatorActivities, GuardState } from '../domain/ports/activities.js';
import { asActivity } from './boundary.js';
import { readRun } from './read-run.js';
import { failureOfWorkflow } from './workflow-failure.js';

const lookMs = 250;
const beatMs = 1000;

/** The activities of an Update Coordinator. */
export function createCoordinatorActivities({ client }: { readonly client: Client }): CoordinatorActivities {
  return {
    resolveProfile: ({ name }) =>
      asActivity(() => {
        if (name === 'default') return Promise.resolve({ options: {}, digest: 'built-in' });
        throw new CauError('InvalidInput', `profile: there is no profile "${name}"; there is: default.`, { where: 'profile' });
      }),
    examineGuard: ({ cluster, run }) => asActivity(() => examineGuard(client, cluster, run)),
    cancelGuard: ({ cluster, guardRunId }) =>
      asActivity(async () => {
        await client.workflow.getHandle(guardId(cluster), guardRunId).cancel();
      }),
    readRun: ({ cluster, workflowId }) => asActivity(() => readRun(client, cluster, workflowId)),
    findClosedRuns: ({ runs }) =>
      asActivity(async () => {
        const closed = await Promise.all(runs.map((run) => isClosed(client, run)));
        return runs.filter((_run, index) => closed[index]);
      }),
    awaitClosed: ({ workflowIds, cancel }) =>
      asActivity(async () => {
        let open = await findOpen(client, workflowIds);
        if (cancel) await Promise.all(open.map((description) => client.workflow.getHandle(description.workflowId, description.runId).cancel()));
        while (open.length > 0) {
          heartbeat(open.map((description) => description.workflowId));
          await delay(lookMs);
          open = await findOpen(client, workflowIds);
        }
      }),
    adoptNodeWorkflow: ({ workflowId, run }) =>
      asActivity(async () => {
        const description = await findDescription(client, workflowId);
        const owner = runReferenceSchema.safeParse(description?.memo?.['run']);
        if (description === null || !owner.success || !isSameRun(owner.data, run)) return { kind: 'none' };
        const beating = setInterval(() => heartbeat(workflowId), beatMs);
        try {
          return { kind: 'ended', result: (await client.workflow.getHandle(workflowId, description.runId).result()) as NodeResult, failure: null };
        } catch (error) {
          if (!(error instanceof WorkflowFailedError))
            throw new CauError('TemporalUnavailable', `Temporal did not answer about workflow "${workflowId}".`, { cause: error });
          return { kind: 'ended', result: null, failure: failureOfWorkflow(error) };
        } finally {
          clearInterval(beating);
        }
      }),
  };
}

async function examineGuard(client: Client, cluster: string, run: RunReference): Promise<GuardState> {
  const guard = await findDescription(client, guardId(cluster));
  if (guard === null || guard.status.name !== 'RUNNING') return { kind: 'free' };
  const holder = runReferenceSchema.parse(guard.memo?.['run']);
  if (isSameRun(holder, run)) return { kind: 'ours' };
  const since = guard.startTime.toISOString();
  if (await isClosed(client, holder)) return { kind: 'orphaned', guardRunId: guard.runId, holder, since };
  const description = await findDescription(client, holder.workflowId);
  const phase = description?.searchAttributes['CauPhase']?.[0];
  return { kind: 'busy', holder, phase: typeof phase === 'string' ? phase : 'unknown', since };
}

/** Whether a run is closed for certain: its latest execution is, or its id was taken over by a later run. */
async function isClosed(client: Client, run: RunReference): Promise<boolean> {
  const latest = await findDescription(client, run.workflowId);
  if (latest === null) return false;
  const first = latest.raw.workflowExecutionInfo?.firstRunId;
  if (first !== null && first !== undefined && first !== '' && first !== run.firstExecutionRunId) return true;
  return latest.status.name !== 'RUNNING';
}

async function findOpen(client: Client, workflowIds: readonly string[]): Promise<WorkflowExecutionDescription[]> {
  const descriptions = await Promise.all(workflowIds.map((workflowId) => findDescription(client, workflowId)));
  return descriptions.filter((description) => description !== null).filter((description) => description.status.name === 'RUNNING');
}

async function findDescription(client: Client, workflowId: string): Promise<WorkflowExecutionDescription | null> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw new CauError('TemporalUnavailable', `Temporal did not answer about workflow "${workflowId}".`, { cause: error });
  }
}
