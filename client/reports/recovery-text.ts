/** What is left of runs on a cluster, for eyes. */
import type { ReleaseDecision } from '../../domain/release.js';
import { isClear, releaseOfKept, type LeftClaim, type OpenWorkflow, type Recovery } from '../../domain/recovery.js';
import { createPaint } from './paint.js';

const states = { open: 'alive', closed: 'over', unknown: 'unknown to Temporal' } as const;

/** Each thing that is left in a line, with what happens next and the command that ends it. */
export function renderRecovery(recovery: Recovery, colours: boolean): string {
  const paint = createPaint(colours);
  const { cluster, left, did } = recovery;
  const lines = did.map((line) => `${paint.green('done')}: ${line}`);
  for (const workflow of left.workflows) lines.push(renderWorkflow(workflow));
  for (const hold of left.holds) {
    lines.push(
      `${hold.node}: ${hold.kept === null ? `held by ${renderRun(hold)}` : `kept in maintenance mode by ${renderRun(hold)}: ${hold.kept}`}`,
      ...(hold.kept === null ? renderOutlook(hold.outlook) : [`  when it is well again: ${releaseOfKept(cluster, hold.node)}`]),
    );
  }
  if (left.lease !== null) lines.push(`lease of the cluster: ${renderRun(left.lease)}`, ...renderOutlook(left.lease.outlook));
  for (const node of left.operatorNodes) lines.push(`${node}: in standby or maintenance by the wish of an operator, which is his affair`);
  if (isClear(left)) lines.push(left.workflows.length > 0 ? 'All of this belongs to a run that is at work.' : 'Nothing of any run is left.');
  else if (!recovery.applied)
    lines.push('', `To clear what is left of runs that are over: cau recover ${cluster} --apply`, ...renderEndRun(cluster, left.workflows));
  return [paint.bold(`Cluster ${cluster}`), ...lines].join('\n');
}

function renderWorkflow({ what, workflowId, since, problem }: OpenWorkflow): string {
  const name = { run: 'run', guard: 'guard', node: 'workflow of a node' }[what];
  return `${name}: ${workflowId} since ${since}${problem === null ? '' : `, stuck: ${problem}`}`;
}

function renderRun({ run, state }: LeftClaim): string {
  return `run ${run.workflowId}, which is ${states[state]}`;
}

function renderOutlook(outlook: ReleaseDecision | null): string[] {
  if (outlook === null) return [];
  return [outlook.act === 'wait' ? `  ends by itself at ${outlook.until}: ${outlook.because}` : `  ${outlook.because}`];
}

function renderEndRun(cluster: string, workflows: readonly OpenWorkflow[]): string[] {
  const isStuck = workflows.some((workflow) => workflow.what === 'run' && workflow.problem !== null);
  return isStuck ? [`To end the run that is stuck as well: cau recover ${cluster} --apply --end-run`] : [];
}
