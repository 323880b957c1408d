/** What Temporal knows of a run, and of the workflows that clean up after it. */
import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { CauError } from '../domain/errors.js';
import { guardId, isSameRun, nodeWorkflowId, runReferenceSchema, type RunReference } from '../domain/names.js';
import type { ExaminedRun } from '../domain/recovery.js';
import type { RunKnowledge } from '../domain/release.js';

/** `unreachable` instead of a failure, so that whoever watches can count for how long. `askMs` bounds each question. */
export async function knowRun(
  client: Client,
  own: { readonly cluster: string; readonly node: string },
  run: RunReference,
  askMs: number,
): Promise<RunKnowledge> {
  const ask = (workflowId: string) => client.connection.withDeadline(Date.now() + askMs, () => findDescription(client, workflowId));
  try {
    const state = stateOfRun(run, await ask(run.workflowId));
    if (state !== 'closed') return { kind: state };
    for (const workflowId of [guardId(own.cluster), nodeWorkflowId(own.cluster, own.node)]) {
      if (isAtWorkFor(run, await ask(workflowId))) return { kind: 'closed', cleaner: workflowId };
    }
    return { kind: 'closed', cleaner: null };
  } catch {
    return { kind: 'unreachable' };
  }
}

/**
 * The state of a run, given the latest execution with its workflow id. It is closed for certain when that execution is, or
 * when a later run took the id; after a reset, that execution is of the same run.
 */
export function stateOfRun(run: RunReference, latest: WorkflowExecutionDescription | null): ExaminedRun['state'] {
  if (latest === null) return 'unknown';
  const first = latest.raw.workflowExecutionInfo?.firstRunId;
  if (first !== null && first !== undefined && first !== '' && first !== run.firstExecutionRunId) return 'closed';
  return latest.status.name === 'RUNNING' ? 'open' : 'closed';
}

/** The run that a guard or the workflow of a node was started by, as its memo says. */
export function ownerOf(description: WorkflowExecutionDescription): RunReference | null {
  return runReferenceSchema.safeParse(description.memo?.['run']).data ?? null;
}

/** The latest execution with that id, or null when there is none. @throws CauError `TemporalUnavailable` */
export async function findDescription(client: Client, workflowId: string): Promise<WorkflowExecutionDescription | null> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw new CauError('TemporalUnavailable', `Temporal did not answer about workflow "${workflowId}".`, { cause: error });
  }
}

/** The latest execution with that id of a guard or of a node's workflow, where it was started by that run; else null. @throws CauError `TemporalUnavailable` */
export async function findStartedBy(client: Client, workflowId: string, run: RunReference): Promise<WorkflowExecutionDescription | null> {
  const description = await findDescription(client, workflowId);
  const owner = description === null ? null : ownerOf(description);
  return owner !== null && isSameRun(owner, run) ? description : null;
}

function isAtWorkFor(run: RunReference, description: WorkflowExecutionDescription | null): boolean {
  if (description === null || description.status.name !== 'RUNNING') return false;
  const owner = ownerOf(description);
  return owner !== null && isSameRun(owner, run);
}
