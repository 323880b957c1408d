/** What is known of a run that was ended from outside: by its own history, and by those of its nodes. */
import { WorkflowFailedError, type Client } from '@temporalio/client';
import { completeReport, type KnownReport } from '../domain/known-report.js';
import { nodeWorkflowId, type RunReference } from '../domain/names.js';
import type { NodeResult } from '../domain/node-order.js';
import type { NodeReport, Report } from '../domain/report.js';
import { findDescription, findStartedBy } from './run-knowledge.js';

/** The query of a run that answers what it knows, also when it is closed: a coordinator reads its history for that. */
const knownQuery = 'known';

/** Null of a run that ended by itself, goes on, or came to no plan. @throws CauError `TemporalUnavailable` */
export async function readKnownReport(client: Client, cluster: string, run: RunReference): Promise<Report | null> {
  const description = await findDescription(client, run.workflowId);
  const { name: how } = description?.status ?? { name: 'UNKNOWN' };
  if (description === null || how === 'RUNNING' || how === 'COMPLETED' || how === 'FAILED') return null;
  const known = await client.workflow.getHandle(run.workflowId, description.runId).query<KnownReport | null>(knownQuery);
  if (known === null) return null;
  const ended = await Promise.all(known.open.map(({ node }) => readNode(client, nodeWorkflowId(cluster, node), run)));
  return completeReport(
    known,
    ended.filter((report) => report !== null),
    how,
    new Date(),
  );
}

/** Null when the workflow of the node left none, or is that of another run by now. */
async function readNode(client: Client, workflowId: string, run: RunReference): Promise<NodeReport | null> {
  const description = await findStartedBy(client, workflowId, run);
  if (description === null || description.status.name === 'RUNNING') return null;
  try {
    return ((await client.workflow.getHandle(workflowId, description.runId).result()) as NodeResult).report;
  } catch (error) {
    if (error instanceof WorkflowFailedError) return null;
    throw error;
  }
}
