/** Telling the events of a run, also while it goes on. */
import type { WorkflowHandle } from '@temporalio/client';
import type { RunEvent } from '../domain/events.js';
import { tellEvents } from '../histories/tell-events.js';
import type { TemporalClient } from './connection.js';
import { requireUpdatingRun } from './runs.js';

/**
 * Tells the events of a run in order of time: those that there are, and with `follow` those to come until the run is closed
 * or the signal aborts. Needs no Update Coordinator.
 * @throws CauError `RunNotFound`
 */
export async function* runEvents(temporal: TemporalClient, handle: WorkflowHandle, follow: boolean, signal: AbortSignal): AsyncGenerator<RunEvent> {
  const { workflowId } = handle;
  const { runId, raw } = await requireUpdatingRun(handle);
  const run = { workflowId, runId, firstExecutionRunId: raw.workflowExecutionInfo?.firstRunId ?? runId };
  for await (const { event } of tellEvents(temporal, run, { signal, isLive: follow })) yield event;
}
