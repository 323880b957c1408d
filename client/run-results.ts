/** How a run ended, or that it goes on, from what Temporal keeps of it. */
import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { reportSchema, type Report } from '../domain/report.js';
import { reasonOfSkip } from '../domain/scheduled-start.js';
import { clientFailure } from './failures.js';

/** What Temporal knows of how a run ended, also where there is no report. */
export interface RunResult {
  /** The outcome of the run, the code of its failure, `running`, `ended` with a report that cannot be read, or `gone` when Temporal keeps it no longer. */
  readonly result: string;
  /** What failed, or why it was skipped; else null. */
  readonly message: string | null;
  readonly report: Report | null;
}

/** Of one run; never waits for its end. */
export async function resultOf(handle: WorkflowHandle): Promise<RunResult> {
  try {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') return { result: 'running', message: null, report: null };
    const report = reportSchema.safeParse(await handle.result()).data;
    return report === undefined ? { result: 'ended', message: 'with a report of another version', report: null } : resultOfReport(report);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { result: 'gone', message: null, report: null };
    const { code, message } = clientFailure(error);
    return { result: code, message, report: null };
  }
}

/** Of a run with a report. */
export function resultOfReport(report: Report): RunResult {
  return { result: report.outcome, message: reasonOfSkip(report.readiness) ?? report.failure?.message ?? null, report };
}
