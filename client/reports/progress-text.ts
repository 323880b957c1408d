/** A running run for eyes: the live table. */
import { renderElapsed } from '../../domain/duration.js';
import type { NodeTime } from '../../domain/expected-node-time.js';
import { elapsedOf, expectTime, type ExpectedTime } from '../../domain/expected-time.js';
import { renderUnbegun, type NodeProgress, type Progress } from '../../domain/progress.js';
import { renderWait } from '../../domain/waits.js';
import { createPaint, outcomeColour, type Paint } from './paint.js';
import { renderTable, wrapWords } from './table.js';
import { renderWaits } from './wait-text.js';

/** For whom the table is drawn: with colours or without, so many columns wide, and when. */
export interface LiveView {
  readonly colours: boolean;
  readonly columns: number;
  /** Milliseconds since 1970, so that elapsed times go on between two looks. */
  readonly now: number;
  /** How long nodes took in earlier runs; nothing when that is not known. */
  readonly earlier?: readonly NodeTime[];
}

/** The state of a run as a table of nodes and one of roles. */
export function renderProgress(progress: Progress, view: LiveView): string {
  const paint = createPaint(view.colours);
  const expected = expectTime(progress, view.now, view.earlier);
  const state = progress.outcome === null ? paint.cyan(progress.phase) : paint[outcomeColour(progress.outcome)](progress.outcome);
  const lines = [`${paint.bold(`Cluster ${progress.cluster}`)}  ${state}  ${paint.dim(renderTime(progress, expected, view))}`];
  lines.push(...renderWaits(progress, view.now, paint));
  if (progress.nodes.length > 0) lines.push('', renderNodes(progress.nodes, expected, view, paint));
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

/** What changed between two looks, a line each: for output that is no terminal. Both have the waits alone that people should be told of. */
export function renderChanges(before: Progress | null, now: Progress): string[] {
  const lines: string[] = [];
  if (before?.phase !== now.phase) lines.push(`${now.cluster}: ${now.phase}`);
  if (now.wait !== null && before?.wait?.reason !== now.wait.reason) lines.push(`${now.cluster}: waiting: ${renderWait(now.wait)}`);
  for (const node of now.nodes) {
    const was = before?.nodes.find((candidate) => candidate.node === node.node);
    if (node.outcome !== null && was?.outcome !== node.outcome) lines.push(`${node.node}: ${node.outcome}${node.detail === '' ? '' : ` (${node.detail})`}`);
    else if (node.outcome === null && node.step !== null && was?.step !== node.step)
      lines.push(`${node.node}: ${node.step}${node.detail === '' ? '' : `: ${node.detail}`}`);
    // Its reason may change while it lasts; once is enough.
    const { wait } = node;
    if (wait !== null && (was?.wait?.kind !== wait.kind || was.wait.since !== wait.since)) lines.push(`${node.node}: waiting: ${renderWait(wait)}`);
  }
  return lines;
}

/** Since the start, to the end or until now; and what is left, as far as the nodes before, or earlier runs, have shown it. */
function renderTime(progress: Progress, { leftMs, isFromEarlierRuns }: ExpectedTime, { now }: LiveView): string {
  const until = progress.outcome === null ? now : Date.parse(progress.since);
  const elapsed = renderElapsed(Math.max(0, until - Date.parse(progress.startedAt)));
  if (progress.outcome !== null || progress.phase !== 'updating') return elapsed;
  return leftMs === null ? elapsed : `${elapsed}, about ${renderElapsed(leftMs)} left${isFromEarlierRuns ? ', by earlier runs' : ''}`;
}

const heads = ['node', 'state', 'elapsed (expected)', 'updates', 'doing'];

function renderNodes(nodes: readonly NodeProgress[], expected: ExpectedTime, view: LiveView, paint: Paint): string {
  const rows = nodes.map((node) => [
    node.node,
    stateOf(node, view),
    timeOf(node, expected, view),
    node.updates === null ? '' : String(node.updates),
    node.detail,
  ]);
  const width = (column: number) => Math.max(...[heads, ...rows].map((row) => row[column]?.length ?? 0)) + 2;
  const room = Math.max(10, view.columns - width(0) - width(1) - width(2) - width(3));
  return renderTable(
    heads.map((head) => paint.dim(head)),
    rows.map(([name = '', state = '', time = '', updates = '', detail = ''], index) => [
      name,
      paintState(nodes[index], state, paint),
      time,
      updates,
      // What keeps a node from being begun is told nowhere else.
      nodes[index]?.step === null ? wrapWords(detail, room) : detail.length <= room ? detail : `${detail.slice(0, room - 1)}…`,
    ]),
  );
}

/** The outcome; or the step with how long it lasts already. */
function stateOf(node: NodeProgress, { now }: LiveView): string {
  if (node.outcome !== null) return node.outcome;
  if (node.step === null) return renderUnbegun(node);
  return node.since === null ? node.step : `${node.step} ${renderElapsed(Math.max(0, now - Date.parse(node.since)))}`;
}

function timeOf(node: NodeProgress, { nodeMs }: ExpectedTime, { now }: LiveView): string {
  const elapsed = elapsedOf(node, now);
  const isLeft = node.outcome === null && node.action === 'update';
  return [...(elapsed === null ? [] : [renderElapsed(elapsed)]), ...(isLeft && nodeMs !== null ? [`(about ${renderElapsed(nodeMs)})`] : [])].join(' ');
}

function paintState(node: NodeProgress | undefined, state: string, paint: Paint): string {
  if (node === undefined || (node.step === null && node.outcome === null)) return paint.dim(state);
  return node.outcome === null ? paint.cyan(state) : paint[outcomeColour(node.outcome)](state);
}
