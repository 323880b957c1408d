/** The last runs of a schedule, and how they ended. */
import type { ScheduleDescription } from '@temporalio/client';
import type { TemporalClient } from './connection.js';
import { resultOf, type RunResult } from './run-results.js';

/** A run that a schedule started. */
export interface ScheduledRun extends Omit<RunResult, 'report'> {
  readonly workflowId: string;
  readonly scheduledAt: string;
}

/** The last runs, at most ten, the newest first. */
export async function lastRuns({ client }: TemporalClient, { info }: ScheduleDescription): Promise<ScheduledRun[]> {
  return Promise.all(
    info.recentActions.toReversed().map(async ({ scheduledAt, action }) => {
      const { workflowId, firstExecutionRunId } = action.workflow;
      // Also the run that a reset made of it, which has the same first execution.
      const { result, message } = await resultOf(client.workflow.getHandle(workflowId, undefined, { firstExecutionRunId }));
      return { workflowId, scheduledAt: scheduledAt.toISOString(), result, message };
    }),
  );
}
