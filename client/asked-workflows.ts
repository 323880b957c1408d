/** Asking something that runs as a workflow, while somebody waits for the answer. */
import type { WorkflowHandle, WorkflowStartOptions } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import { CauError } from '../domain/errors.js';
import type { TemporalClient } from './connection.js';

/** How long nobody may take it up: Temporal tells of pollers minutes after they died, and a coordinator needs no second. */
const patienceMs = 10_000;
const lookMs = 500;

/**
 * Starts the workflow and waits for its result. One that no coordinator takes up is ended again: nothing was done by it.
 * @throws CauError `TemporalUnsuitable` then; otherwise as the workflow does
 */
export async function askWorkflow<T>(
  { client, taskQueue }: TemporalClient,
  type: string,
  options: Omit<WorkflowStartOptions, 'taskQueue' | 'workflowTaskTimeout'>,
): Promise<T> {
  const handle = await client.workflow.start(type, { ...options, taskQueue, workflowTaskTimeout: '2s' });
  const watching = new AbortController();
  try {
    return (await Promise.race([handle.result(), untilNobodyCame(handle, taskQueue, watching.signal)])) as T;
  } finally {
    watching.abort();
  }
}

/** Never resolves; quiet once somebody has taken it up. */
async function untilNobodyCame(handle: WorkflowHandle, taskQueue: string, signal: AbortSignal): Promise<never> {
  const giveUpAt = Date.now() + patienceMs;
  while (!signal.aborted) {
    await delay(lookMs, undefined, { ref: false });
    if (await isTakenUp(handle)) break;
    if (Date.now() < giveUpAt) continue;
    await handle.terminate('no Update Coordinator took it up').catch(() => undefined);
    throw new CauError('TemporalUnsuitable', `No Update Coordinator on task queue "${taskQueue}" has taken up the question within ${patienceMs / 1000} s.`, {
      where: taskQueue,
      remedy: 'Start one with "cau serve coordinator".',
    });
  }
  return new Promise<never>(() => undefined);
}

/** In doubt yes: whoever waits for the result hears of it then. */
async function isTakenUp(handle: WorkflowHandle): Promise<boolean> {
  const history = await handle.fetchHistory().catch(() => null);
  return history?.events?.some(({ workflowTaskCompletedEventAttributes: completed }) => completed !== null && completed !== undefined) ?? true;
}
