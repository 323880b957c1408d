/** Telling the events of a run in order of time, also while it goes on. */
import { setTimeout as delay } from 'node:timers/promises';
import { byTime, followHistories, type HistoryClient, type Reading, type SeenEvent } from './follow.js';
import { isUnavailable } from './unavailable.js';
import { createEventReader, type EventSource, type ReadEvent } from './run-events.js';

/** How long events are gathered before they are told: those of several histories come in any order. */
const gatherMs = 250;

/** One execution of a run. */
export interface ToldRun extends EventSource {
  readonly runId: string;
}

/**
 * The events that there are; and when it is live those to come, until the run and its nodes are closed or the signal aborts.
 * Needs no Update Coordinator. @throws the client's error
 */
export async function* tellEvents(temporal: HistoryClient, run: ToldRun, reading: Reading): AsyncGenerator<ReadEvent> {
  const read = createEventReader(run);
  let waiting: SeenEvent[] = [];
  const tell = (): ReadEvent[] => {
    const ready = waiting.toSorted(byTime);
    waiting = [];
    return ready.flatMap(read);
  };
  const execution = { workflowId: run.workflowId, runId: run.runId };
  const known = new Set<string>();
  const gather = (seen: SeenEvent) => {
    const key = `${seen.workflow}/${seen.id}/${seen.at}`;
    if (!known.has(key)) waiting.push(seen);
    known.add(key);
  };
  if (reading.isLive) {
    // All that there is comes first: whoever comes late would hear the end of one history before the beginning of another.
    await followHistories(temporal, execution, gather, { ...reading, isLive: false }).catch((error: unknown) => {
      if (!isUnavailable(error) && !reading.signal.aborted) throw error;
    });
  }
  const following = followHistories(temporal, execution, gather, reading);
  if (reading.isLive) {
    const ended = following.then(
      () => 'ended' as const,
      () => 'ended' as const,
    );
    while ((await Promise.race([ended, delay(gatherMs, 'waiting' as const)])) === 'waiting') yield* tell();
  }
  await following;
  yield* tell();
}
