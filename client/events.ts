/** Telling the events of a run, also while it goes on. */
import type { WorkflowHandle } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunEvent } from '../domain/events.js';
import type { TemporalClient } from './connection.js';
import { followHistories, type SeenEvent } from './histories.js';
import { createEventReader } from './run-events.js';
import { requireUpdatingRun } from './runs.js';

/** How long events are gathered before they are told: those of several histories come in any order. */
const gatherMs = 250;

/**
 * Tells the events of a run in order of time: those that there are, and with `follow` those to come until the run is closed
 * or the signal aborts. Needs no Update Coordinator.
 * @throws CauError `RunNotFound`
 */
export async function* runEvents(temporal: TemporalClient, handle: WorkflowHandle, follow: boolean, signal: AbortSignal): AsyncGenerator<RunEvent> {
  const { runId } = await requireUpdatingRun(handle);
  const execution = { workflowId: handle.workflowId, runId };
  const read = createEventReader(execution);
  let waiting: SeenEvent[] = [];
  const tell = (): RunEvent[] => {
    const ready = waiting.toSorted((left, right) => left.at - right.at || left.id - right.id);
    waiting = [];
    return ready.flatMap(read);
  };
  const reading = followHistories(temporal, execution, (seen) => waiting.push(seen), { signal, isLive: follow });
  if (follow) {
    const ended = reading.then(() => 'ended' as const);
    while ((await Promise.race([ended, delay(gatherMs, 'waiting' as const)])) === 'waiting') yield* tell();
  }
  await reading;
  yield* tell();
}
