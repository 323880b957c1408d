/** Invariant 7: the report says what the nodes' own records say. */
import { decideRunOutcome } from '../outcomes.js';
import { isSameRun } from '../names.js';
import type { NodeReport, Report } from '../report.js';
import { gapsOf, holdsOf, mergeHistories, workedOn } from './cluster-history.js';
import type { Evidence, NodeEvidence } from '../evidence.js';
import type { Invariant } from './finding.js';
import { bootsAsReported } from './reported-boots.js';
import { installationsAsReported } from './reported-installations.js';

export const reportTrue: Invariant = {
  number: 7,
  id: 'report.true',
  title: "The report says what the nodes' package logs, boot ids and the history of the cluster say",
  check(run, evidence) {
    const { report } = run;
    if (report === null) return { broken: [], unknown: [`there is no report: ${run.noReport ?? 'the run is not over'}`], basis: 'nothing' };
    const names = workedOn(run, evidence);
    const nodes = report.nodes.flatMap((reported) => {
      const recorded = evidence.nodes.find(({ node }) => node === reported.node);
      return recorded === undefined ? [] : [{ reported, recorded }];
    });
    const { records: history, gap } = mergeHistories(evidence);
    const held = new Set(holdsOf(history, report.run.firstExecutionRunId).map(({ node }) => node));
    const outcome = decideRunOutcome(
      report.nodes.map((node) => node.outcome),
      report.failure?.code === 'NotUniform' || report.failure?.code === 'RoleLost',
    );
    return {
      broken: [
        ...(outcome === report.outcome ? [] : [`the report says ${report.outcome}, and the outcomes of its nodes come to ${outcome}`]),
        ...nodes.flatMap(({ reported, recorded }) => compare(reported, recorded, evidence)),
        ...(gap === null ? report.nodes.flatMap((node) => holdAsReported(node, held)) : []),
        ...keptAsReported(report, evidence),
      ],
      unknown: [
        ...(gap === null ? [] : [gap]),
        ...gapsOf(evidence, 'installations', names),
        ...gapsOf(evidence, 'boots', names),
        ...(evidence.cluster === null ? [`what is kept: ${evidence.noCluster ?? 'nobody could be asked'}`] : []),
      ],
      basis: `${report.nodes.reduce((sum, node) => sum + node.installed, 0)} installations and ${report.nodes.reduce((sum, node) => sum + node.restarts.length, 0)} restarts of ${names.length} nodes in the report`,
    };
  },
};

function compare(reported: NodeReport, recorded: NodeEvidence, { skewMs }: Evidence): string[] {
  return [...installationsAsReported(reported, recorded, skewMs), ...bootsAsReported(reported, recorded, skewMs)];
}

/** Of a node whose workflow was lost the report says so, and knows no more. */
function holdAsReported({ node, outcome, startedAt, inMaintenanceMs }: NodeReport, held: ReadonlySet<string>): string[] {
  if (inMaintenanceMs !== null && !held.has(node) && outcome === 'Succeeded')
    return [`the report has ${node} in maintenance mode for ${inMaintenanceMs} ms, and the history of the cluster has no hold of it by the run`];
  if (inMaintenanceMs === null && held.has(node) && startedAt !== null)
    return [`the history of the cluster has a hold of ${node} by the run, and the report says that it was never in maintenance mode`];
  return [];
}

function keptAsReported(report: Report, { cluster }: Evidence): string[] {
  return (cluster?.nodes ?? []).flatMap(({ name, hold }) => {
    if (hold === null || hold.kept === null || !isSameRun(hold.run, report.run)) return [];
    const reported = report.nodes.find(({ node }) => node === name);
    return reported?.kept === null ? [`the cluster has ${name} kept by the run ("${hold.kept}"), and the report does not say so`] : [];
  });
}
