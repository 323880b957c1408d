/** Reports as one web page: complete in itself, without scripts, for screen, paper and mail. */
import { renderElapsed } from '../../domain/duration.js';
import type { NodeReport, Report, RoleReport } from '../../domain/report.js';
import { html, type Html } from './html.js';
import { outcomeColour } from './paint.js';
import { renderProfileUsed } from './profile-text.js';
import { pageStyle } from './report-html-style.js';
import { countOutcomes, installedIn } from './report-list-text.js';
import { commandLine, nodeRemarks, scriptLines } from './report-text.js';

/** The page. Its policy forbids to load or run anything, whatever a report contains. */
export function renderReportsHtml(reports: readonly Report[]): string {
  const [first] = reports;
  const title = reports.length === 1 && first !== undefined ? `Updating Run of cluster ${first.cluster}` : `${reports.length} Updating Runs`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${pageStyle}
        </style>
      </head>
      <body>
        ${reports.length > 1 ? contents(reports) : ''} ${reports.map(article)}
      </body>
    </html> `;
  return `${page.text.trim()}\n`;
}

function contents(reports: readonly Report[]): Html {
  const rows = reports.map(
    (report, index) =>
      html`<tr>
        <td><a href="#run${index}">${when(report.startedAt)}</a></td>
        <td>${report.cluster}</td>
        <td>${badge(report.outcome)}</td>
        <td>${countOutcomes(report)}</td>
        <td class="number">${installedIn(report)}</td>
      </tr>`,
  );
  return html`<nav>
    <h1>${reports.length} Updating Runs</h1>
    ${table(['started', 'cluster', 'outcome', 'nodes', 'updates'], rows)}
  </nav>`;
}

function article(report: Report, index: number): Html {
  const { cluster, outcome, startedAt, endedAt, requestedBy, reason, run, profile, failure } = report;
  return html`<article id="run${index}">
    <header>
      <h1>Updating Run of cluster ${cluster} ${badge(outcome)}</h1>
      <p>
        ${when(startedAt)} to ${when(endedAt)}, ${renderElapsed(span(startedAt, endedAt))}. Started by
        <b>${requestedBy}</b>${reason === null ? '' : `: ${reason}`}
      </p>
      <p class="quiet">
        ${run.workflowId} ·
        ${report.driver}${report.software.map((software) => html` · ${software}`)}${profile === undefined ? '' : ` · ${renderProfileUsed(profile)}`}
      </p>
    </header>
    ${failure === null ? '' : html`<p class="failure"><b>${failure.code}</b>: ${failure.message}<br /><b>What to do:</b> ${failure.remedy}</p>`}
    <h2>Nodes</h2>
    ${table(
      ['node', 'outcome', 'updates', 'failed', 'restarts', 'in maintenance', 'took', 'when'],
      report.nodes.map((node) => nodeRow(report, node)),
    )}
    ${report.nodes.some((node) => node.startedAt !== null) ? legend : ''} ${list('Nodes to look at', report.nodes.flatMap(nodeRemarks))}
    <h2>Roles</h2>
    ${table(['role', 'kind', 'moves', 'interruptions', 'longest', 'requests failed'], report.roles.map(roleRow))}
    <h2>Updates</h2>
    ${report.nodes.map(updatesOf)} ${list('Scripts', report.nodes.flatMap(scriptLines))}
    ${list(
      'Readiness',
      report.readiness.map(({ id, severity, skipped, message, remedy }) => `${severity}${skipped ? ' (skipped)' : ''} [${id}] ${message} ${remedy}`),
    )}
    ${list('Commands', report.commands.map(commandLine))} ${options(report)}
  </article>`;
}

function nodeRow(report: Report, node: NodeReport): Html {
  const { startedAt, endedAt, inMaintenanceMs } = node;
  const took = startedAt === null || endedAt === null ? '' : renderElapsed(span(startedAt, endedAt));
  return html`<tr>
    <td>${node.node}</td>
    <td>${badge(node.outcome)}</td>
    <td class="number">${node.installed}</td>
    <td class="number">${node.failed}</td>
    <td class="number">${node.restarts.length}</td>
    <td class="number">${inMaintenanceMs === null ? 'never' : renderElapsed(inMaintenanceMs)}</td>
    <td class="number">${took}</td>
    <td>${bar(report, node)}</td>
  </tr>`;
}

/** What the colours of the bars mean. */
const legend = html`<p class="legend quiet">
  <i class="step draining"></i>roles leave or return <i class="step installing"></i>updates are found, installed, verified
  <i class="step restarting"></i>restart and return to the cluster <i class="step"></i>all else
</p>`;

/** When in the course of the run the node was worked on, step by step. */
function bar(report: Report, { startedAt, endedAt, steps }: NodeReport): Html {
  if (startedAt === null || endedAt === null) return html``;
  const whole = Math.max(1, span(report.startedAt, report.endedAt));
  const share = (ms: number) => `${((100 * Math.min(Math.max(ms, 0), whole)) / whole).toFixed(2)}%`;
  const parts = steps.map(
    ({ step, at, ms }) =>
      html`<i class="step ${step}" style="left:${share(span(report.startedAt, at))};width:${share(ms)}" title="${step}: ${renderElapsed(ms)}"></i>`,
  );
  return html`<div class="bar" role="img" aria-label="${steps.map(({ step, ms }) => `${step} ${renderElapsed(ms)}`).join(', ')}">${parts}</div>`;
}

function roleRow({ role, kind, moves, measured }: RoleReport): Html {
  const interruptions = measured?.interruptions ?? [];
  const longest = interruptions.length === 0 ? 'none' : renderElapsed(Math.max(...interruptions.map(({ ms }) => ms)));
  const cells =
    measured === null
      ? html`<td colspan="3" class="quiet">not measured</td>`
      : html`<td class="number">${interruptions.length}</td>
          <td class="number">${longest}</td>
          <td class="number">${measured.failed} of ${measured.requests}</td>`;
  return html`<tr>
    <td>${role}</td>
    <td>${kind}</td>
    <td class="number">${moves}</td>
    ${cells}
  </tr>`;
}

function updatesOf({ node, updates, updatesCut }: NodeReport): Html {
  if (updates.length + updatesCut === 0) return html`<p class="quiet">${node}: none</p>`;
  const rows = updates.map(
    ({ name, from, to, outcome, message }) =>
      html`<tr>
        <td>${name}</td>
        <td>${from ?? ''}</td>
        <td>${to}</td>
        <td>${outcome}${message === undefined ? '' : `: ${message}`}</td>
      </tr>`,
  );
  const more = updatesCut === 0 ? html`` : html`<p class="quiet">${updatesCut} more are in the history of the workflow of ${node}.</p>`;
  return html`<details>
    <summary>${node}: ${updates.length + updatesCut}</summary>
    ${table(['update', 'from', 'to', 'outcome'], rows)}${more}
  </details>`;
}

function options({ options: { values, origins } }: Report): Html {
  const rows = Object.entries(values).map(([name, value]) => {
    const origin = origins[name] ?? 'default';
    return html`<tr${origin === 'default' ? '' : html` class="given"`}><td>${name}</td><td>${JSON.stringify(value)}</td><td>${origin}</td></tr>`;
  });
  return html`<details>
    <summary>Options</summary>
    ${table(['option', 'value', 'origin'], rows)}
  </details>`;
}

function table(heads: readonly string[], rows: readonly Html[]): Html {
  if (rows.length === 0) return html`<p class="quiet">none</p>`;
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function list(title: string, lines: readonly string[]): Html {
  return lines.length === 0
    ? html``
    : html`<h2>${title}</h2>
        <ul>
          ${lines.map((line) => html`<li>${line}</li>`)}
        </ul>`;
}

const badge = (outcome: NodeReport['outcome'] | Report['outcome']) => html`<span class="badge ${outcomeColour(outcome)}">${outcome}</span>`;
const span = (from: string, to: string) => Date.parse(to) - Date.parse(from);
const when = (at: string) => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
