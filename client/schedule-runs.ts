/** The last runs of a schedule, and how they ended. */
import { WorkflowNotFoundError, type ScheduleDescription } from '@temporalio/client';
import { reportSchema } from '../domain/report.js';
import { reasonOfSkip } from '../domain/scheduled-start.js';
import type { TemporalClient } from './connection.js';
import { clientFailure } from './failures.js';

/** A run that a schedule started. */
export interface ScheduledRun {
  readonly workflowId: string;
  readonly scheduledAt: string;
  /** Its outcome, the code of its failure, `running`, or `gone` when Temporal keeps it no longer. */
  readonly result: string;
  /** What failed, or why it was skipped; else null. */
  readonly message: string | null;
}

/** The last runs, at most ten, the newest first. */
export async function lastRuns(temporal: TemporalClient, { info }: ScheduleDescription): Promise<ScheduledRun[]> {
  return Promise.all(
    info.recentActions.toReversed().map(async ({ scheduledAt, action }) => {
      const { workflowId, firstExecutionRunId } = action.workflow;
      return { workflowId, scheduledAt: scheduledAt.toISOString(), ...(await resultOf(temporal, workflowId, firstExecutionRunId)) };
    }),
  );
}

async function resultOf({ client }: TemporalClient, workflowId: string, runId: string): Promise<Pick<ScheduledRun, 'result' | 'message'>> {
  // Also the run that a reset made of it, which has the same first execution.
  const handle = client.workflow.getHandle(workflowId, undefined, { firstExecutionRunId: runId });
  try {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') return { result: 'running', message: null };
    const report = reportSchema.safeParse(await handle.result()).data;
    if (report === undefined) return { result: 'ended', message: 'with a report of another version' };
    return { result: report.outcome, message: reasonOfSkip(report.readiness) ?? report.failure?.message ?? null };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { result: 'gone', message: null };
    const { code, message } = clientFailure(error);
    return { result: code, message };
  }
}
