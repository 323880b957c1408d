/** Where a run stands: its own answer merged with those of its nodes at work, or, without a coordinator, what Temporal knows. */
import type { WorkflowHandle } from '@temporalio/client';
import { nodeWorkflowId } from '../domain/names.js';
import type { NodeProgress, Progress } from '../domain/progress.js';
import { nodeProgressQuery, progressQuery } from '../workflows/messages.js';
import type { TemporalClient } from './connection.js';

/** `partial` when no coordinator answered: then only what Temporal itself records is known. */
export type RunStatus = { readonly kind: 'whole'; readonly progress: Progress } | { readonly kind: 'partial'; readonly partial: PartialStatus };

/** What Temporal tells of a run without any coordinator. */
export interface PartialStatus {
  readonly workflowId: string;
  readonly cluster: string;
  readonly phase: string;
  readonly status: string;
  readonly startedAt: string;
  /** Steps under way, with their attempt and last failure. */
  readonly pending: readonly { readonly step: string; readonly attempt: number; readonly lastFailure: string | null }[];
  /** What Temporal reports of failing workflow tasks. */
  readonly problems: readonly string[];
}

const queryMs = 3000;

/** The status of a run, within a few seconds whoever is there. */
export async function statusOf(temporal: TemporalClient, handle: WorkflowHandle): Promise<RunStatus> {
  const progress = await temporal.client.connection.withDeadline(Date.now() + queryMs, () => handle.query(progressQuery)).catch(() => null);
  if (progress === null) return { kind: 'partial', partial: await describePartially(handle) };
  const nodes = await Promise.all(progress.nodes.map((node) => refine(temporal, progress.cluster, node)));
  return { kind: 'whole', progress: { ...progress, nodes } };
}

/** A node at work knows its own step best. */
async function refine(temporal: TemporalClient, cluster: string, node: NodeProgress): Promise<NodeProgress> {
  if (node.step === null || node.outcome !== null) return node;
  const handle = temporal.client.workflow.getHandle(nodeWorkflowId(cluster, node.node));
  return temporal.client.connection.withDeadline(Date.now() + queryMs, () => handle.query(nodeProgressQuery)).catch(() => node);
}

async function describePartially(handle: WorkflowHandle): Promise<PartialStatus> {
  const description = await handle.describe();
  const attribute = (name: string) => (description.searchAttributes[name] ?? []).map(String);
  return {
    workflowId: description.workflowId,
    cluster: attribute('CauCluster')[0] ?? '',
    phase: attribute('CauPhase')[0] ?? 'unknown',
    status: description.status.name,
    startedAt: description.startTime.toISOString(),
    pending: (description.raw.pendingActivities ?? []).map((pending) => ({
      step: pending.activityType?.name ?? '',
      attempt: pending.attempt ?? 1,
      lastFailure: pending.lastFailure?.message ?? null,
    })),
    problems: attribute('TemporalReportedProblems'),
  };
}
