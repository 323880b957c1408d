/** Where a run stands: its own answer merged with those of its nodes at work, or, without a coordinator, what Temporal knows. */
import type { WorkflowHandle } from '@temporalio/client';
import { z } from 'zod';
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
  /** Where each node stood when the run wrote it down last: `waiting`, `at work`, or its outcome. */
  readonly nodes: Readonly<Record<string, string>>;
  /** Steps under way, of the run and of the nodes at work, with their attempt and last failure. */
  readonly pending: readonly { readonly of: string; readonly step: string; readonly attempt: number; readonly lastFailure: string | null }[];
  /** What Temporal reports of failing workflow tasks. */
  readonly problems: readonly string[];
}

const queryMs = 3000;
const memoNodesSchema = z.record(z.string(), z.string());

/** The status of a run, within a few seconds whoever is there. */
export async function statusOf(temporal: TemporalClient, handle: WorkflowHandle): Promise<RunStatus> {
  const progress = await soon(temporal, () => handle.query(progressQuery)).catch(() => null);
  if (progress === null) return { kind: 'partial', partial: await describePartially(temporal, handle) };
  const nodes = await Promise.all(progress.nodes.map((node) => refine(temporal, progress.cluster, node)));
  return { kind: 'whole', progress: { ...progress, nodes } };
}

/** A node at work knows its own step best. */
async function refine(temporal: TemporalClient, cluster: string, node: NodeProgress): Promise<NodeProgress> {
  if (node.step === null || node.outcome !== null) return node;
  const handle = temporal.client.workflow.getHandle(nodeWorkflowId(cluster, node.node));
  const own = await soon(temporal, () => handle.query(nodeProgressQuery)).catch(() => null);
  if (own === null) return node;
  // Begun before this run began the node, it is that of an earlier run, which still answers; or one that this run took over after a reset.
  const isOlder = Date.parse(own.startedAt ?? '') < Date.parse(node.startedAt ?? '');
  return isOlder && !(await isStillAtWork(temporal, handle, own)) ? node : own;
}

/** Whether the workflow that answered is running; by now that id may be another one's, begun later. */
async function isStillAtWork(temporal: TemporalClient, handle: WorkflowHandle, { startedAt }: NodeProgress): Promise<boolean> {
  const description = await soon(temporal, () => handle.describe()).catch(() => null);
  return description?.status.name === 'RUNNING' && description.startTime.getTime() <= Date.parse(startedAt ?? '');
}

async function describePartially(temporal: TemporalClient, handle: WorkflowHandle): Promise<PartialStatus> {
  const description = await soon(temporal, () => handle.describe());
  const children = (description.raw.pendingChildren ?? []).filter((child) => child.workflowTypeName === 'updateNode');
  const nodes = await Promise.all(
    children.map((child) => soon(temporal, () => temporal.client.workflow.getHandle(child.workflowId ?? '', child.runId ?? undefined).describe())),
  );
  const attribute = (name: string) => (description.searchAttributes[name] ?? []).map(String);
  return {
    workflowId: description.workflowId,
    cluster: attribute('CauCluster')[0] ?? '',
    phase: attribute('CauPhase')[0] ?? 'unknown',
    status: description.status.name,
    startedAt: description.startTime.toISOString(),
    nodes: memoNodesSchema.safeParse(description.memo?.['nodes']).data ?? {},
    pending: [description, ...nodes].flatMap(({ workflowId, raw }) =>
      (raw.pendingActivities ?? []).map((pending) => ({
        of: workflowId,
        step: pending.activityType?.name ?? '',
        attempt: pending.attempt ?? 1,
        lastFailure: pending.lastFailure?.message ?? null,
      })),
    ),
    problems: [description, ...nodes].flatMap(({ searchAttributes }) => (searchAttributes['TemporalReportedProblems'] ?? []).map(String)),
  };
}

/** Without a deadline the client library tries again for many seconds before it says that nobody is there. */
function soon<T>({ client }: TemporalClient, ask: () => Promise<T>): Promise<T> {
  return client.connection.withDeadline(Date.now() + queryMs, ask);
}
