/** A run that is over, for eyes, as far as Temporal itself tells of it. */
import { renderElapsed } from '../../domain/duration.js';
import type { EndedRun } from '../../domain/ended-run.js';
import { createPaint, outcomeColour } from './paint.js';

/** What became of it, since when it is over, why, and what to do next. */
export function renderEndedRun({ workflowId, cluster, startedAt, endedAt, outcome, failure }: EndedRun, colours: boolean): string {
  const paint = createPaint(colours);
  const whose = cluster === '' ? 'A run of no cluster' : `Cluster ${cluster}`;
  const state = outcome === null ? paint.red('no report') : paint[outcomeColour(outcome)](outcome);
  return [
    `${paint.bold(whose)}  ${state}  ${paint.dim(`over since ${endedAt}, after ${renderElapsed(Date.parse(endedAt) - Date.parse(startedAt))}`)}`,
    ...(failure === null ? [] : [`${paint.red(failure.code)}: ${failure.message}`, `${paint.bold('What to do:')} ${failure.remedy}`]),
    outcome === null ? `Run: ${workflowId}` : `Its report: cau report show ${workflowId}`,
  ].join('\n');
}
