/** What the Temporal Web UI shows of a run: its state as one table, in Markdown. */
import type { Plan } from '../domain/plan.js';
import { renderUnbegun, type Progress } from '../domain/progress.js';
import type { Finding } from '../domain/report.js';
import { nodeWorkflowId } from '../domain/names.js';
import { renderWait } from '../domain/waits.js';

/** Phase, what is waited for, a table of nodes, roles with their moves, findings and answers to commands. */
export function renderRunDetails(progress: Progress, plan: Plan | null, findings: readonly Finding[]): string {
  const lines = [`**Cluster ${progress.cluster}**: **${progress.outcome ?? progress.phase}**`];
  if (progress.wait !== null) lines.push('', `Waiting: ${renderWait(progress.wait)}`);
  if (progress.failure !== null) lines.push('', `**${progress.failure.code}**: ${progress.failure.message} ${progress.failure.remedy}`);
  if (progress.nodes.length > 0) {
    lines.push('', '| node | state | updates | restart | workflow |', '| --- | --- | --- | --- | --- |');
    for (const node of progress.nodes) {
      const planned = plan?.nodes.find((candidate) => candidate.node === node.node);
      const state = node.outcome ?? (node.step === null ? renderUnbegun(node) : 'at work');
      lines.push(
        `| ${node.node} | ${state} ${node.detail} | ${node.updates ?? ''} | ${planned?.restart === 'expected' ? 'expected' : ''} | ${node.step === null ? '' : nodeWorkflowId(progress.cluster, node.node)} |`,
      );
    }
  }
  if (progress.roles.length > 0)
    lines.push('', ...progress.roles.map((role) => `- role **${role.role}** on ${role.on.join(', ') || 'no node'}, ${role.moves} moves`));
  const open = findings.filter((finding) => finding.severity !== 'note');
  if (open.length > 0)
    lines.push('', ...open.map((finding) => `- ${finding.severity}${finding.skipped ? ' (skipped)' : ''} [${finding.id}] ${finding.message}`));
  if (progress.commands.length > 0) lines.push('', ...progress.commands.map((answer) => `- ${answer.command} by ${answer.by}: ${answer.answer}`));
  return lines.join('\n');
}
