/** A preview for eyes: what a run would do. */
import { renderElapsed } from '../../domain/duration.js';
import { isSameMode } from '../../domain/move-modes.js';
import type { Preview } from '../../domain/preview.js';
import type { PlannedNode } from '../../domain/plan.js';
import { renderFailure } from '../../domain/errors.js';
import { createPaint } from './paint.js';
import { renderProfileUsed } from './profile-text.js';
import { renderTable } from './table.js';

/** The plan node by node, in order, with its moves; then what readiness found. */
export function renderPreview(preview: Preview, colours: boolean): string {
  const paint = createPaint(colours);
  const { plan } = preview;
  const hasSites = plan.nodes.some((node) => node.site !== undefined);
  return [
    `${paint.bold(`Preview of an Updating Run of cluster ${preview.cluster}`)} ${paint.dim(`(${preview.software.join(', ')}; nothing was changed)`)}`,
    ...(preview.profile === undefined ? [] : [paint.dim(renderProfileUsed(preview.profile))]),
    '',
    renderTable(
      [
        plan.nodes.some((node) => node.wave !== undefined) ? 'wave' : '',
        'node',
        ...(hasSites ? ['site'] : []),
        'updates',
        'security',
        'size',
        'restart',
        'roles that move',
      ].map((head) => paint.dim(head)),
      plan.nodes.map((node, index) => {
        const [turn = '', name = '', ...rest] = planRow(node, index);
        return [turn, name, ...(hasSites ? [node.site ?? ''] : []), ...rest];
      }),
    ),
    '',
    ...plan.nodes.filter((node) => node.list.length > 0).map((node) => `${node.node}: ${node.list.slice(0, 8).join(', ')}${more(node)}`),
    ...plan.nodes.filter((node) => node.action === 'skip').map((node) => `${node.node} is skipped: ${node.reason ?? 'no reason was given'}`),
    ...plan.nodes.filter((node) => node.keptBack.length > 0).map((node) => `${node.node} keeps back ${node.keptBack.join('; ')}`),
    '',
    ...renderModes(preview, paint),
    ...renderWindow(preview),
    `Nodes that may fail before no further one is begun: ${preview.failureBudget}`,
    ...preview.readiness.map(
      (finding) => `${finding.severity === 'blocking' && !finding.skipped ? paint.red('blocking') : finding.severity} [${finding.id}] ${finding.message}`,
    ),
    preview.blocked === null ? paint.green('A run could start now.') : paint.red(`A run would be refused: ${renderFailure(preview.blocked)}`),
  ].join('\n');
}

function planRow(node: PlannedNode, index: number): string[] {
  if (node.action === 'skip') return ['', node.node, 'skipped', '', '', '', ''];
  if (node.action === 'upToDate') return ['', node.node, 'up to date', '', '', '', ''];
  const moves = node.moves.map((move) => `${move.role}: ${move.from} -> ${move.to ?? 'nowhere'}`);
  return [
    `${node.wave ?? index + 1}.`,
    node.node,
    String(node.updates),
    String(node.security),
    size(node.bytes),
    node.restart === 'expected' ? 'yes' : 'no',
    node.drain ? moves.join(', ') : ['not drained', ...moves].join(', '),
  ];
}

/** How often roles would move in each mode; the mode of this preview stands out. */
function renderModes({ modes = [], options: { values } }: Preview, paint: ReturnType<typeof createPaint>): string[] {
  if (modes.length === 0) return [];
  const rows = modes.map((mode) => {
    const row = [mode.placement, mode.failback, String(mode.moves), String(mode.interruptions), String(mode.leastMoves)];
    const isChosen = isSameMode(mode, values);
    return [isChosen ? '>' : '', ...row].map((cell) => (isChosen ? paint.bold(cell) : cell));
  });
  const head = ['', 'placement', 'failback', 'moves', 'interruptions', 'moves at least'].map((cell) => paint.dim(cell));
  return ['How often roles would move, and at least must in this order of nodes:', renderTable(head, rows), ''];
}

function renderWindow({ window }: Preview): string[] {
  if (window === null) return [];
  const { written, opensAt, closesAt, nodes } = window;
  return [
    `Maintenance window ${written}: ${opensAt === null ? '' : `opens at ${opensAt}, `}closes at ${closesAt}`,
    ...nodes.map(({ node, expected, doneAt }) => {
      const takes = `${renderElapsed(expected.ms)} (${expected.basis})`;
      return doneAt === null ? `  ${node} would not be begun: it is expected to take ${takes}` : `  ${node} is expected to be done at ${doneAt}: ${takes}`;
    }),
  ];
}

function more(node: PlannedNode): string {
  const left = Math.max(0, node.list.length - 8) + node.cut;
  return left === 0 ? '' : ` and ${left} more`;
}

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
