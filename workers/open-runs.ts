/**
 * Which open workflows this version cannot go on with. A coordinator whose code does not repeat the history of a running
 * run would fail its workflow tasks for ever, with the run alive and its node drained: so it says so and does not begin.
 */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { CauError } from '../domain/errors.js';

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;

interface OpenWorkflow {
  readonly workflowId: string;
  readonly history: History;
}

/** Which workflow code a coordinator has, and where it takes its tasks from. */
export interface WorkflowVersion {
  readonly taskQueue: string;
  readonly buildId: string;
  readonly workflowBundle: WorkflowBundleOption;
}

/** Named in a message; whoever reads it ends them one by one. */
const namedAtMost = 5;

/** Replays every open workflow of the task queue whose last step another build took; answers the ids of those that do not replay. */
export async function findUnreplayable(client: Client, { taskQueue, buildId, workflowBundle }: WorkflowVersion): Promise<readonly string[]> {
  const foreign = (await findOpen(client, taskQueue)).filter(({ history }) => lastBuildId(history) !== buildId);
  if (foreign.length === 0) return [];
  const failed: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle, replayName: taskQueue }, foreign)) {
    if (error !== undefined) failed.push(workflowId);
  }
  return failed;
}

/** What a coordinator says that cannot go on with these workflows. */
export function versionMismatch(workflowIds: readonly string[]): CauError {
  const more = workflowIds.length - namedAtMost;
  const named = workflowIds.slice(0, namedAtMost);
  return new CauError(
    'VersionMismatch',
    `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''} began with another version, whose steps this one does not repeat.`,
    { facts: { workflows: named } },
  );
}

async function findOpen(client: Client, taskQueue: string): Promise<OpenWorkflow[]> {
  const open: OpenWorkflow[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: `ExecutionStatus = 'Running' AND TaskQueue = '${taskQueue}'` })) {
    const history = await client.workflow
      .getHandle(workflowId, runId)
      .fetchHistory()
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      });
    if (history !== null) open.push({ workflowId, history });
  }
  return open;
}

/** The code that took the workflow's last step, or undefined when none was taken yet: then there is nothing to repeat. */
function lastBuildId({ events }: History): string | null | undefined {
  return events?.findLast((event) => event.workflowTaskCompletedEventAttributes)?.workflowTaskCompletedEventAttributes?.workerVersion?.buildId;
}
