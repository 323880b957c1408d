/** What a recovery asks of Temporal: which workflows of a cluster are open, and whether they can go on. */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { CauError } from '../domain/errors.js';
import { guardId, isSameRun, nodeWorkflowId, type RunReference } from '../domain/names.js';
import type { CoordinatorActivities, WorkflowSurvey } from '../domain/ports/coordinator-activities.js';
import type { OpenWorkflow } from '../domain/recovery.js';
import { asActivity } from './boundary.js';
import { findDescription, ownerOf, stateOfRun } from './run-knowledge.js';

/** A workflow task that failed once may have been in the hands of a coordinator that died; one that fails again and again is stuck. */
const stuckAttempts = 3;

/** The activities of a coordinator that a recovery asks for. */
export function createRecoveryActivities({ client }: { readonly client: Client }): Pick<CoordinatorActivities, 'surveyWorkflows' | 'terminateStuck'> {
  return {
    surveyWorkflows: ({ cluster, nodes, runs }) => asActivity(() => survey(client, cluster, nodes, runs)),
    terminateStuck: ({ workflowId, runId, why }) =>
      asActivity(async () => {
        const description = await findDescription(client, workflowId);
        if (description === null || description.runId !== runId || description.status.name !== 'RUNNING') return;
        if (problemOf(description) === null) throw new CauError('ClusterBusy', `${workflowId} goes on again, and is left alone.`, { where: workflowId });
        await client.workflow.getHandle(workflowId, runId).terminate(why);
      }),
  };
}

async function survey(client: Client, cluster: string, nodes: readonly string[], claimed: readonly RunReference[]): Promise<WorkflowSurvey> {
  const helpers = await Promise.all([guardId(cluster), ...nodes.map((node) => nodeWorkflowId(cluster, node))].map((id) => findDescription(client, id)));
  const open = helpers.filter((description) => description !== null).filter((description) => description.status.name === 'RUNNING');
  const owners = open.map(ownerOf).filter((owner) => owner !== null);
  const known = [...claimed, ...owners];
  const runs = known.filter((run, index) => known.findIndex((one) => isSameRun(one, run)) === index);
  const described = await Promise.all(runs.map(async (run) => ({ run, description: await findDescription(client, run.workflowId) })));
  const states = described.map(({ run, description }) => ({ run, state: stateOfRun(run, description) }));
  const ids = new Set([...states.filter(({ state }) => state === 'open').map(({ run }) => run.workflowId), ...(await findOpenRuns(client, cluster))]);
  const openRuns = (await Promise.all([...ids].map((id) => findDescription(client, id)))).filter((description) => description !== null);
  return {
    runs: states,
    workflows: [
      ...openRuns.filter((run) => run.status.name === 'RUNNING').map((run) => toOpenWorkflow('run', run)),
      ...open.map((description) => toOpenWorkflow(description.workflowId === guardId(cluster) ? 'guard' : 'node', description)),
    ],
  };
}

/** Runs that have nothing in the cluster yet are found by their search attribute alone. */
async function findOpenRuns(client: Client, cluster: string): Promise<string[]> {
  const ids: string[] = [];
  const query = `WorkflowType = 'updatingRun' AND CauCluster = '${cluster}' AND ExecutionStatus = 'Running'`;
  for await (const run of client.workflow.list({ query })) ids.push(run.workflowId);
  return ids;
}

function toOpenWorkflow(what: OpenWorkflow['what'], description: WorkflowExecutionDescription): OpenWorkflow {
  const { workflowId, runId, startTime, raw } = description;
  const firstExecutionRunId = raw.workflowExecutionInfo?.firstRunId ?? runId;
  const run = what === 'run' ? { workflowId, firstExecutionRunId } : ownerOf(description);
  return { what, workflowId, runId, since: startTime.toISOString(), run, problem: problemOf(description) };
}

function problemOf({ raw, searchAttributes }: WorkflowExecutionDescription): string | null {
  const reported = (searchAttributes['TemporalReportedProblems'] ?? []).map(String);
  const attempt = raw.pendingWorkflowTask?.attempt ?? 0;
  if (reported.length === 0 && attempt < stuckAttempts) return null;
  return [...(attempt < stuckAttempts ? [] : [`its workflow task fails, attempt ${attempt}`]), ...reported].join(', ');
}
