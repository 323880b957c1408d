/** A finished run for eyes: outcome, nodes, roles, what was found, what was said. */
import type { CommandAnswer } from '../../domain/commands.js';
import { renderElapsed } from '../../domain/duration.js';
import type { Interruption } from '../../domain/probes.js';
import type { NodeReport, Report, RoleReport } from '../../domain/report.js';
import { createPaint, outcomeColour, type Paint } from './paint.js';
import { renderProfileUsed } from './profile-text.js';
import { renderTable } from './table.js';

/** The report as text; `colours` for a terminal. */
export function renderReport(report: Report, colours: boolean): string {
  const paint = createPaint(colours);
  const took = Date.parse(report.endedAt) - Date.parse(report.startedAt);
  return [
    `${paint.bold(`Updating Run of cluster ${report.cluster}`)}: ${paint[outcomeColour(report.outcome)](report.outcome)} in ${renderElapsed(took)}`,
    paint.dim(`${report.run.workflowId}, started ${report.startedAt} by ${report.requestedBy}${report.reason === null ? '' : `: ${report.reason}`}`),
    ...(report.profile === undefined ? [] : [paint.dim(renderProfileUsed(report.profile))]),
    '',
    renderTable(
      ['node', 'outcome', 'updates', 'restart', 'in maintenance', 'took'].map((head) => paint.dim(head)),
      report.nodes.map((node) => nodeRow(node, paint)),
    ),
    '',
    renderTable(
      ['role', 'moves', 'interruptions', 'longest', 'requests failed'].map((head) => paint.dim(head)),
      report.roles.map(roleRow),
    ),
    ...section(
      'Nodes to look at',
      report.nodes.flatMap((node) => nodeRemarks(node)),
    ),
    ...section('Scripts', report.nodes.flatMap(scriptLines)),
    ...section(
      'Readiness',
      report.readiness
        .filter((finding) => finding.severity !== 'note')
        .map((finding) => `${finding.severity}${finding.skipped ? ' (skipped)' : ''} [${finding.id}] ${finding.message} ${finding.remedy}`),
    ),
    ...section('Commands', report.commands.map(commandLine)),
    ...(report.failure === null ? [] : ['', `${paint.red(report.failure.code)}: ${report.failure.message}`, `What to do: ${report.failure.remedy}`]),
  ].join('\n');
}

function nodeRow(node: NodeReport, paint: Paint): string[] {
  const took = node.startedAt === null || node.endedAt === null ? '' : renderElapsed(Date.parse(node.endedAt) - Date.parse(node.startedAt));
  const updates = `${node.installed}${node.failed > 0 ? `, ${node.failed} failed` : ''}`;
  const restart =
    node.restarts.length > 0 ? (node.restarts.length === 1 ? 'once' : `${node.restarts.length} times`) : node.restartPending.length > 0 ? 'still needed' : 'no';
  return [
    node.node,
    paint[outcomeColour(node.outcome)](node.outcome),
    updates,
    restart,
    node.inMaintenanceMs === null ? 'never' : renderElapsed(node.inMaintenanceMs),
    took,
  ];
}

function roleRow({ role, moves, measured }: RoleReport): string[] {
  if (measured === null) return [role, String(moves), 'not measured', '', ''];
  return [role, String(moves), String(measured.interruptions.length), longest(measured.interruptions), `${measured.failed} of ${measured.requests}`];
}

function longest(interruptions: readonly Interruption[]): string {
  return interruptions.length === 0 ? 'none' : renderElapsed(Math.max(...interruptions.map((one) => one.ms)));
}

/** What people should know of a node beyond its row: why it failed, what it still needs. */
export function nodeRemarks(node: NodeReport): string[] {
  return [
    ...(node.failure === null ? [] : [`${node.node}: ${node.failure.code}: ${node.failure.message} ${node.failure.remedy}`]),
    ...(node.failure === null && node.reason !== null && node.outcome !== 'UpToDate' ? [`${node.node}: ${node.reason}`] : []),
    ...(node.kept === null ? [] : [`${node.node} is kept in maintenance mode: ${node.kept}`]),
    ...node.attempts
      .filter((attempt) => !isSaidBy(node.failure?.message, attempt.message))
      .map((attempt) => `${node.node} failed while ${attempt.step} at ${attempt.at}: ${attempt.code}: ${attempt.message}`),
    ...node.restartPending.map((reason) => `${node.node} still needs a restart: ${reason}`),
    ...node.notes.map((note) => `${node.node}: ${note}`),
  ];
}

/** How each script ended; of one that failed also what it wrote last. */
export function scriptLines({ node, hooks = [] }: NodeReport): string[] {
  return hooks.flatMap(({ phase, script, ended, exitCode, ms, output }) => {
    const how = ended === 'exited' ? `exit code ${exitCode}` : { timedOut: 'ended at its timeout', signaled: 'killed', interrupted: 'no result' }[ended];
    const line = `${node} ${phase} ${script}: ${how}${ms === null ? '' : ` after ${renderElapsed(ms)}`}`;
    return ended === 'exited' && exitCode === 0
      ? [line]
      : [
          line,
          ...output
            .split('\n')
            .filter((text) => text !== '')
            .map((text) => `  ${text}`),
        ];
  });
}

/** What somebody told the run: who, why, and the answer. */
export function commandLine({ at, command, by, reason, accepted, answer }: CommandAnswer): string {
  return `${at} ${command} by ${by}${reason === null || reason === '' ? '' : ` (${reason})`}: ${accepted ? '' : 'refused, '}${answer}`;
}

/** Attempts are kept shorter than the failure that they ended with. */
function isSaidBy(failure: string | undefined, attempt: string): boolean {
  return failure?.startsWith(attempt.replace(/ … \(\d+ more characters\)$/, '')) === true;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];
}
