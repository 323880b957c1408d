/** Following a run to its end, also through an outage of Temporal. */
import type { WorkflowHandle } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import type { Failure } from '../domain/errors.js';
import type { Progress } from '../domain/progress.js';
import type { Report } from '../domain/report.js';
import type { TemporalClient } from './connection.js';
import { isUnavailable } from '../histories/unavailable.js';
import { clientFailure } from './failures.js';
import { statusOf } from './progress.js';

/** What a follower sees. */
export type Sight =
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** No coordinator, or no Temporal, answers at the moment; the run is not lost. */
  | { readonly kind: 'blind'; readonly reason: string }
  | { readonly kind: 'ended'; readonly report: Report }
  | { readonly kind: 'failed'; readonly failure: Failure };

const lookMs = 250;
const blindMs = 1000;

/** Sights of the run until it ended or the signal aborts. */
export async function* followRun(temporal: TemporalClient, handle: WorkflowHandle, signal: AbortSignal): AsyncGenerator<Sight> {
  const ending = awaitEnd(handle, signal);
  let ended: Sight | null = null;
  void ending.then((sight) => {
    ended = sight;
  });
  while (!signal.aborted) {
    if (ended !== null) {
      const last = await statusOf(temporal, handle).catch(() => null);
      if (last?.kind === 'whole') yield { kind: 'progress', progress: last.progress };
      yield ended;
      return;
    }
    try {
      const status = await statusOf(temporal, handle);
      yield status.kind === 'whole'
        ? { kind: 'progress', progress: status.progress }
        : { kind: 'blind', reason: 'no Update Coordinator answers; the run goes on when one is back' };
    } catch (error) {
      yield { kind: 'blind', reason: `${clientFailure(error).message} Nodes go on with the step they are in.` };
    }
    // The end of the run cuts the pause short.
    await Promise.race([ending, delay(lookMs)]);
  }
}

/** The SDK's own wait gives up when the server is away; this one does not. */
async function awaitEnd(handle: WorkflowHandle, signal: AbortSignal): Promise<Sight | null> {
  while (!signal.aborted) {
    try {
      return { kind: 'ended', report: (await handle.result()) as Report };
    } catch (error) {
      if (!isUnavailable(error)) return { kind: 'failed', failure: clientFailure(error) };
      await delay(blindMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return null;
}
