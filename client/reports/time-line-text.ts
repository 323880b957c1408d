/** The time line of histories for eyes. */
import { renderElapsed } from '../../domain/duration.js';
import type { TimeLine, TimeLineEntry } from '../../domain/time-line.js';
import { createPaint, type Paint } from './paint.js';
import { renderTable } from './table.js';

/** First which workflows were read; then each entry on a line: how long after the start, whose it is, how long it took, and what it was. */
export function renderTimeLine({ workflows, entries }: TimeLine, colours: boolean): string {
  const paint = createPaint(colours);
  const wide = Math.max(...workflows.map(({ workflow }) => workflow.length));
  return [
    renderTable(
      ['', 'workflow', 'type', 'events', 'state'],
      workflows.map(({ workflow, workflowId, type, events, state }) => [workflow, workflowId, type, String(events), state]),
    ),
    '',
    ...entries.map((entry) => renderEntry(entry, wide, paint)),
  ].join('\n');
}

function renderEntry(entry: TimeLineEntry, wide: number, paint: Paint): string {
  const after = `+${(entry.afterMs / 1000).toFixed(2)} s`.padStart(12);
  const took =
    entry.kind === 'event' ? '' : entry.ms === null ? 'not ended' : entry.ms < 10_000 ? `${(entry.ms / 1000).toFixed(2)} s` : renderElapsed(entry.ms);
  const head = `${paint.dim(after)}  ${entry.workflow.padEnd(wide)}  ${took.padStart(10)}  `;
  if (entry.kind === 'event') return `${head}${paint.bold(entry.what)}`;
  const what = entry.kind === 'wait' ? paint.dim(`waits: ${entry.what}`) : entry.what;
  return `${head}${what}${attemptsOf(entry)}${entry.failure === null ? '' : paint.red(` ${entry.failure}`)}`.replaceAll('\n', ' ');
}

const attemptsOf = ({ attempts }: TimeLineEntry) => (attempts > 1 ? ` (${attempts} attempts)` : '');
