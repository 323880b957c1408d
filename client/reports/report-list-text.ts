/** Runs in a list for eyes. */
import { renderElapsed } from '../../domain/duration.js';
import { runOutcomeSchema } from '../../domain/outcomes.js';
import type { Report } from '../../domain/report.js';
import { createPaint, outcomeColour, type Paint } from './paint.js';
import { renderTable } from './table.js';

/** A run as the list shows it. */
export interface ListedRun {
  readonly workflowId: string;
  readonly cluster: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly result: string;
  readonly message: string | null;
  readonly report: Report | null;
}

/** A line for each run; how many updates were installed and how its nodes ended are from its report. */
export function renderReportList(runs: readonly ListedRun[], colours: boolean): string {
  const paint = createPaint(colours);
  return renderTable(
    ['started', 'cluster', 'result', 'took', 'nodes', 'updates', 'by', 'run'].map((head) => paint.dim(head)),
    runs.map((run) => [
      run.startedAt,
      run.cluster,
      paintResult(run.result, paint),
      run.endedAt === null ? '' : renderElapsed(Date.parse(run.endedAt) - Date.parse(run.startedAt)),
      run.report === null ? '' : countOutcomes(run.report),
      run.report === null ? '' : String(installedIn(run.report)),
      run.report?.requestedBy ?? '',
      run.workflowId,
    ]),
  );
}

/** How many updates the run installed, over all nodes. */
export function installedIn(report: Report): number {
  return report.nodes.reduce((sum, node) => sum + node.installed, 0);
}

/** How many nodes ended how: `3 Succeeded, 1 Failed`. */
export function countOutcomes({ nodes }: Report): string {
  const outcomes = [...new Set(nodes.map((node) => node.outcome))];
  return outcomes.map((outcome) => `${nodes.filter((node) => node.outcome === outcome).length} ${outcome}`).join(', ');
}

function paintResult(result: string, paint: Paint): string {
  const outcome = runOutcomeSchema.safeParse(result).data;
  if (outcome !== undefined) return paint[outcomeColour(outcome)](result);
  return result === 'running' ? paint.cyan(result) : paint.red(result);
}
