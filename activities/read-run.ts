/** A run that is over as Temporal keeps it: when it ran, and its report. */
import { WorkflowFailedError, type Client } from '@temporalio/client';
import { CauError } from '../domain/errors.js';
import { reportSchema } from '../domain/report.js';
import type { VerifiedRun } from '../domain/evidence.js';
import { findDescription } from './run-knowledge.js';
import { termsOf } from '../domain/verify/request.js';
import { readToldTerms } from './told-terms.js';
import { failureOfWorkflow } from './workflow-failure.js';

/** @throws CauError `RunNotFound`: there is none, it is not over, or it is of another cluster */
export async function readRun(client: Client, cluster: string, workflowId: string): Promise<VerifiedRun> {
  const description = await findDescription(client, workflowId);
  if (description === null)
    throw new CauError('RunNotFound', `Temporal does not know run ${workflowId}.`, {
      where: workflowId,
      remedy: 'Give its report from the archive of a node (reports/ in its state directory): cau verify --report FILE.',
    });
  if (description.type !== 'updatingRun' || description.searchAttributes['CauCluster']?.[0] !== cluster)
    throw new CauError('RunNotFound', `${workflowId} is not an Updating Run of cluster ${cluster}.`, { where: workflowId });
  if (description.status.name === 'RUNNING' || description.closeTime === undefined)
    throw new CauError('RunNotFound', `Run ${workflowId} is not over yet.`, { where: workflowId, remedy: `Follow it: cau status --follow ${workflowId}` });
  const handle = client.workflow.getHandle(workflowId);
  const end = await handle.result().then(
    (result: unknown) => ({ report: reportSchema.safeParse(result).data ?? null, noReport: 'its result is not a report of this version' }),
    (error: unknown) => ({ report: null, noReport: whyWithout(description.status.name, error) }),
  );
  const firstExecutionRunId = description.raw.workflowExecutionInfo?.firstRunId || description.runId;
  return {
    cluster,
    run: end.report?.run ?? { workflowId, firstExecutionRunId },
    startedAt: end.report?.startedAt ?? description.startTime.toISOString(),
    endedAt: end.report?.endedAt ?? description.closeTime.toISOString(),
    report: end.report,
    terms: end.report === null ? await readToldTerms(handle) : termsOf(end.report.options.values),
    noReport: end.report === null ? end.noReport : null,
  };
}

function whyWithout(status: string, error: unknown): string {
  if (!(error instanceof WorkflowFailedError))
    throw new CauError('TemporalUnavailable', 'Temporal did not answer with the result of the run.', { cause: error });
  return status === 'FAILED' ? `the run failed: ${failureOfWorkflow(error).message}` : `the run ended ${status} in Temporal`;
}
