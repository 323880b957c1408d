/** Reports as a table for a spreadsheet: a row for each update on each node. */
import { stringify } from 'csv-stringify/sync';
import type { NodeReport, Report } from '../../domain/report.js';

const columns = [
  'cluster',
  'run',
  'requestedBy',
  'runStartedAt',
  'runEndedAt',
  'runOutcome',
  'node',
  'nodeOutcome',
  'nodeReason',
  'nodeStartedAt',
  'nodeEndedAt',
  'inMaintenanceSeconds',
  'restarts',
  'update',
  'fromVersion',
  'toVersion',
  'updateOutcome',
  'updateMessage',
] as const;

type Row = Readonly<Record<(typeof columns)[number], string | number | null>>;

/**
 * RFC 4180 with a head line. A node without updates has one row with none; where a report lists only some of a node's updates, a row says how many
 * more there were. What a spreadsheet would take for a formula is made text: names and messages come from packages and scripts.
 */
export function renderReportsCsv(reports: readonly Report[]): string {
  return stringify(reports.flatMap(rowsOf), { header: true, columns: [...columns], record_delimiter: 'windows', escape_formulas: true });
}

function rowsOf(report: Report): Row[] {
  return report.nodes.flatMap((node) => {
    const shared = nodeColumns(report, node);
    const rows = node.updates.map(({ name, from, to, outcome, message }): Row => ({
      ...shared,
      update: name,
      fromVersion: from,
      toVersion: to,
      updateOutcome: outcome,
      updateMessage: message ?? null,
    }));
    const none = { ...shared, update: null, fromVersion: null, toVersion: null, updateOutcome: null, updateMessage: null };
    const cut = node.updatesCut > 0 ? [{ ...none, updateMessage: `${node.updatesCut} more updates, in the history of the workflow of the node` }] : [];
    return rows.length + cut.length === 0 ? [none] : [...rows, ...cut];
  });
}

type NodeColumns = Omit<Row, 'update' | 'fromVersion' | 'toVersion' | 'updateOutcome' | 'updateMessage'>;

function nodeColumns(report: Report, node: NodeReport): NodeColumns {
  return {
    cluster: report.cluster,
    run: report.run.workflowId,
    requestedBy: report.requestedBy,
    runStartedAt: report.startedAt,
    runEndedAt: report.endedAt,
    runOutcome: report.outcome,
    node: node.node,
    nodeOutcome: node.outcome,
    nodeReason: node.failure === null ? node.reason : `${node.failure.code}: ${node.failure.message}`,
    nodeStartedAt: node.startedAt,
    nodeEndedAt: node.endedAt,
    inMaintenanceSeconds: node.inMaintenanceMs === null ? null : node.inMaintenanceMs / 1000,
    restarts: node.restarts.length,
  };
}
