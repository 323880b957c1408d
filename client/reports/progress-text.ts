/** A running run for eyes: the live table. */
import { renderElapsed } from '../../domain/duration.js';
import type { NodeProgress, Progress } from '../../domain/progress.js';
import { createPaint, outcomeColour, type Paint } from './paint.js';
import { renderTable } from './table.js';

export interface LiveView {
  readonly colours: boolean;
  readonly columns: number;
  /** Milliseconds since 1970, so that elapsed times go on between two looks. */
  readonly now: number;
}

/** The state of a run as a table of nodes and one of roles. */
export function renderProgress(progress: Progress, view: LiveView): string {
  const paint = createPaint(view.colours);
  const elapsed = renderElapsed(view.now - Date.parse(progress.startedAt));
  const state = progress.outcome === null ? paint.cyan(progress.phase) : paint[outcomeColour(progress.outcome)](progress.outcome);
  const lines = [`${paint.bold(`Cluster ${progress.cluster}`)}  ${state}  ${paint.dim(elapsed)}`];
  if (progress.waitingFor !== null) lines.push(paint.yellow(`waiting: ${progress.waitingFor}`));
  if (progress.nodes.length > 0) {
    lines.push(
      '',
      renderTable(
        ['node', 'state', 'since', 'updates', 'doing'].map((head) => paint.dim(head)),
        progress.nodes.map((node) => nodeRow(node, view, paint)),
      ),
    );
  }
  if (progress.roles.length > 0) {
    lines.push(
      '',
      renderTable(
        ['role', 'on', 'moves'].map((head) => paint.dim(head)),
        progress.roles.map((role) => [role.role, role.on.length === 0 ? paint.red('nowhere') : role.on.join(', '), String(role.moves)]),
      ),
    );
  }
  return lines.join('\n');
}

/** What changed between two looks, a line each: for output that is no terminal. */
export function renderChanges(before: Progress | null, now: Progress): string[] {
  const lines: string[] = [];
  if (before?.phase !== now.phase) lines.push(`${now.cluster}: ${now.phase}`);
  if (now.waitingFor !== null && before?.waitingFor !== now.waitingFor) lines.push(`${now.cluster}: waiting: ${now.waitingFor}`);
  for (const node of now.nodes) {
    const was = before?.nodes.find((candidate) => candidate.node === node.node);
    if (node.outcome !== null && was?.outcome !== node.outcome) lines.push(`${node.node}: ${node.outcome}${node.detail === '' ? '' : ` (${node.detail})`}`);
    else if (node.outcome === null && node.step !== null && was?.step !== node.step)
      lines.push(`${node.node}: ${node.step}${node.detail === '' ? '' : `: ${node.detail}`}`);
  }
  return lines;
}

function nodeRow(node: NodeProgress, view: LiveView, paint: Paint): string[] {
  const updates = node.updates === null ? '' : String(node.updates);
  if (node.outcome !== null) return [node.node, paint[outcomeColour(node.outcome)](node.outcome), '', updates, fit(node.detail, view)];
  if (node.step === null) return [node.node, paint.dim('waiting'), '', updates, fit(node.detail, view)];
  const since = node.since === null ? '' : renderElapsed(view.now - Date.parse(node.since));
  return [paint.bold(node.node), paint.cyan(node.step), since, updates, fit(node.detail, view)];
}

function fit(text: string, { columns }: LiveView): string {
  const room = Math.max(10, columns - 48);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}
