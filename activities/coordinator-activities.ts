/** Steps that need Temporal itself: who guards a cluster, which runs are closed. */
import { heartbeat } from '@temporalio/activity';
import { WorkflowFailedError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import { CauError } from '../domain/errors.js';
import { guardId, isSameRun, type RunReference } from '../domain/names.js';
import type { NodeResult } from '../domain/node-order.js';
import type { CoordinatorActivities, GuardState } from '../domain/ports/coordinator-activities.js';
import type { NotificationTargets } from '../domain/ports/notification-target.js';
import type { ProfileRecord } from '../domain/profiles.js';
import { asActivity } from './boundary.js';
import { createNotificationActivities } from './notification-activities.js';
import { readKnownReport } from './known-report.js';
import { readRun } from './read-run.js';
import { createRecoveryActivities } from './recovery-activities.js';
import { findDescription, findStartedBy, ownerOf, stateOfRun } from './run-knowledge.js';
import { settleTimes } from './settle-times.js';
import { whileBeating } from './while-beating.js';
import { failureOfWorkflow } from './workflow-failure.js';

const lookMs = 250;

/** What an Update Coordinator has to do its steps with. */
export interface CoordinatorDependencies {
  readonly client: Client;
  readonly namespace: string;
  readonly taskQueue: string;
  /** The profile of that name, from the directories of this coordinator. */
  readProfile(name: string): Promise<ProfileRecord>;
  readonly targets: NotificationTargets;
  log(line: string): void;
}

/** The activities of an Update Coordinator. */
export function createCoordinatorActivities(dependencies: CoordinatorDependencies): CoordinatorActivities {
  const { client, readProfile, targets, log } = dependencies;
  return {
    ...createRecoveryActivities({ client }),
    ...createNotificationActivities({ client, targets, log }),
    resolveProfile: ({ name }) => asActivity(() => readProfile(name)),
    findCoordinators: () => asActivity(() => findCoordinators(dependencies)),
    settleWindow: ({ window, blackouts, from }) => asActivity(async () => settleTimes(window, blackouts, new Date(from))),
    examineGuard: ({ cluster, run }) => asActivity(() => examineGuard(client, cluster, run)),
    cancelGuard: ({ cluster, guardRunId }) =>
      asActivity(async () => {
        await client.workflow.getHandle(guardId(cluster), guardRunId).cancel();
      }),
    examineRuns: ({ runs }) =>
      asActivity(() => Promise.all(runs.map(async (run) => ({ run, state: stateOfRun(run, await findDescription(client, run.workflowId)) })))),
    readRun: ({ cluster, workflowId }) => asActivity(() => readRun(client, cluster, workflowId)),
    readKnownReport: ({ cluster, run }) => asActivity(() => readKnownReport(client, cluster, run)),
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
        const description = await findStartedBy(client, workflowId, run);
        if (description === null) return { kind: 'none' };
        try {
          const result = await whileBeating(workflowId, () => client.workflow.getHandle(workflowId, description.runId).result());
          return { kind: 'ended', result: result as NodeResult, failure: null };
        } catch (error) {
          if (!(error instanceof WorkflowFailedError))
            throw new CauError('TemporalUnavailable', `Temporal did not answer about workflow "${workflowId}".`, { cause: error });
          return { kind: 'ended', result: null, failure: failureOfWorkflow(error) };
        }
      }),
  };
}

/** Whoever polls waits for a minute at most, and then polls again. */
const longPollMs = 70_000;
/** Temporal's number of the kind of queue that hands out decisions. */
const workflowQueue = 1;

async function findCoordinators({ client, namespace, taskQueue }: CoordinatorDependencies): Promise<string[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType: workflowQueue });
  const lately = (pollers ?? []).filter(({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < longPollMs);
  return [...new Set(lately.flatMap(({ identity }) => identity ?? []))].toSorted();
}

async function examineGuard(client: Client, cluster: string, run: RunReference): Promise<GuardState> {
  const guard = await findDescription(client, guardId(cluster));
  if (guard === null || guard.status.name !== 'RUNNING') return { kind: 'free' };
  const holder = ownerOf(guard);
  if (holder === null) throw new CauError('ClusterBusy', `Workflow ${guardId(cluster)} is none of ours, and runs.`, { where: guardId(cluster) });
  if (isSameRun(holder, run)) return { kind: 'ours', guardRunId: guard.runId };
  const since = guard.startTime.toISOString();
  const description = await findDescription(client, holder.workflowId);
  if (stateOfRun(holder, description) === 'closed') return { kind: 'orphaned', guardRunId: guard.runId, holder, since };
  const phase = description?.searchAttributes['CauPhase']?.[0];
  return { kind: 'busy', holder, phase: typeof phase === 'string' ? phase : 'unknown', since };
}

async function findOpen(client: Client, workflowIds: readonly string[]): Promise<WorkflowExecutionDescription[]> {
  const descriptions = await Promise.all(workflowIds.map((workflowId) => findDescription(client, workflowId)));
  return descriptions.filter((description) => description !== null).filter((description) => description.status.name === 'RUNNING');
}
