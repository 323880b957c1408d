/**
 * The histories of a run, read from outside while they grow: its own, its guard's, and those of its nodes' workflows.
 * Every event is told once, in the order of its history, a few milliseconds after Temporal wrote it down.
 */
import type { Client, WorkflowHandle, WorkflowService } from '@temporalio/client';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isUnavailable } from './unavailable.js';

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];
type HistoryPage = Awaited<ReturnType<WorkflowService['getWorkflowExecutionHistory']>>;

/** An event that was seen. */
export interface SeenEvent {
  /** `run`, `guard`, or the name of the node whose workflow it is. */
  readonly workflow: string;
  readonly id: number;
  /** What happened, such as `activityTaskScheduled`. */
  readonly kind: string;
  /** When Temporal wrote it, in milliseconds since 1970. */
  readonly at: number;
  readonly event: HistoryEvent;
}

/** Whoever can read histories. */
export interface HistoryClient {
  readonly client: Client;
  readonly namespace: string;
}

interface Execution {
  readonly workflowId: string;
  readonly runId?: string;
}

const retryMs = 50;

/** How histories are read. */
export interface Reading {
  readonly signal: AbortSignal;
  /** Whether events to come are waited for, until the workflows are closed, also through outages of Temporal. */
  readonly isLive: boolean;
}

/** Reads the histories of the run to their end, or until the signal aborts. @throws the client's error; when it is live, only for a run that is not found */
export async function followHistories(temporal: HistoryClient, run: Execution, tell: (seen: SeenEvent) => void, reading: Reading): Promise<void> {
  const children: Promise<void>[] = [];
  // One listener for each question on the way.
  setMaxListeners(0, reading.signal);
  await followOne(temporal, 'run', run, reading, (seen) => {
    const { workflowExecution: child, workflowType } = seen.event.childWorkflowExecutionStartedEventAttributes ?? {};
    // Whoever tells the targets of a run is no part of its story, and outlives it.
    if (workflowType?.name !== 'notification' && typeof child?.workflowId === 'string' && typeof child.runId === 'string') {
      children.push(
        followOne(temporal, nameOfWorkflow(workflowType?.name, child.workflowId), { workflowId: child.workflowId, runId: child.runId }, reading, tell),
      );
    }
    tell(seen);
  });
  await Promise.all(children);
}

async function followOne(
  { client, namespace }: HistoryClient,
  workflow: string,
  execution: Execution,
  { signal, isLive }: Reading,
  tell: (seen: SeenEvent) => void,
): Promise<void> {
  let told = 0;
  let latest = 0;
  let place: Uint8Array | null = null;
  while (!signal.aborted) {
    try {
      const request = { namespace, execution, waitNewEvent: isLive, nextPageToken: place };
      const page: HistoryPage = await client.connection.withAbortSignal(signal, () => client.workflowService.getWorkflowExecutionHistory(request));
      for (const event of page.history?.events ?? []) {
        const id = Number(event.eventId);
        if (id <= told) continue;
        told = id;
        const seen = toSeenEvent(workflow, event);
        // Clocks of servers differ; in one history no event is older than the one before it.
        latest = Math.max(latest, seen.at);
        tell({ ...seen, at: latest });
      }
      place = page.nextPageToken ?? null;
      if (place === null || place.length === 0) return;
    } catch (error) {
      if (!isLive || (told === 0 && !isUnavailable(error))) throw error;
      // Temporal is away; its place in the history may not be known to the one that comes back.
      place = null;
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** What events call a workflow (see `SeenEvent`). */
export function nameOfWorkflow(type: string | null | undefined, workflowId: string): string {
  if (type === 'updatingRun') return 'run';
  return type === 'clusterGuard' ? 'guard' : (workflowId.split('/').at(-1) ?? '');
}

/** The order in which events of several histories are told. */
export function byTime(left: SeenEvent, right: SeenEvent): number {
  return left.at - right.at || left.id - right.id;
}

/** An event of the history of `workflow` (see `SeenEvent`). */
export function toSeenEvent(workflow: string, event: HistoryEvent): SeenEvent {
  return { workflow, id: Number(event.eventId), kind: kindOf(event), at: timeOf(event), event };
}

function kindOf(event: HistoryEvent): string {
  const suffix = 'EventAttributes';
  const attributes = Object.entries(event).find(([name, value]) => name.endsWith(suffix) && value !== null && value !== undefined)?.[0];
  return attributes?.slice(0, -suffix.length) ?? 'unknown';
}

function timeOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
}
