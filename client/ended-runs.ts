/** Runs that are over, also those that were refused before they had a state to show, and without any coordinator. */
import type { WorkflowHandle } from '@temporalio/client';
import type { EndedRun } from '../domain/ended-run.js';
import { reportSchema } from '../domain/report.js';
import { clientFailure } from './failures.js';

/** Null of a run that goes on. @throws whatever the client throws when Temporal does not answer, or does not know it */
export async function endingOf(handle: WorkflowHandle): Promise<EndedRun | null> {
  const { status, workflowId, searchAttributes, startTime, closeTime } = await handle.describe();
  if (status.name === 'RUNNING') return null;
  const ended = {
    workflowId,
    cluster: String(searchAttributes['CauCluster']?.[0] ?? ''),
    startedAt: startTime.toISOString(),
    endedAt: (closeTime ?? startTime).toISOString(),
  };
  try {
    const report = reportSchema.safeParse(await handle.result()).data;
    return { ...ended, outcome: report?.outcome ?? null, failure: report?.failure ?? null };
  } catch (error) {
    return { ...ended, outcome: null, failure: clientFailure(error) };
  }
}
