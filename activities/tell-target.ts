/** Telling a target one event, again and again until it takes it or it is given up; and telling the run while it does not. */
import type { Client } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import { CauError, failureOf } from '../domain/errors.js';
import type { RunEvent } from '../domain/events.js';
import type { RunReference } from '../domain/names.js';
import { fitEvent, pauseBeforeRetry, tellsRunFrom, type DeliveryState, type TargetNews } from '../domain/notification.js';
import type { NotificationTarget } from '../domain/ports/notification-target.js';

/** Tells one target, and keeps the run informed of how that goes. */
export interface Teller {
  /** What became of the target by one more event. @throws when the signal aborts */
  tell(event: RunEvent, before: DeliveryState): Promise<DeliveryState>;
}

/** What is needed to tell the run. */
export interface TellerDependencies {
  readonly client: Client;
  log(line: string): void;
}

/** How often a run is told of one target: its history stays small also when the target comes and goes all night. */
const maxNews = 20;

/** What was given up is news once, twice, and then each time that it has doubled: also that must stay small. */
const isNews = (givenUp: number) => (givenUp & (givenUp - 1)) === 0;

/** @param signal ends the pause between two attempts, and the attempt */
export function createTeller(
  { client, log }: TellerDependencies,
  { run }: { readonly run: RunReference },
  target: NotificationTarget,
  signal: AbortSignal,
): Teller {
  let news = 0;
  return {
    async tell(event, before) {
      let { problem } = before;
      for (let attempt = 1; ; attempt += 1) {
        const failure = await attemptOnce(target, event, signal);
        if (failure === null) {
          const after = { ...before, delivered: before.delivered + 1, problem: null };
          if (problem !== null) {
            log(`Target ${target.name} takes events again.`);
            await tellRun(after);
          }
          return after;
        }
        const pauseMs = pauseBeforeRetry({ attempt, isRefused: failure.isRefused, at: new Date(event.at), giveUpAfterMs: target.giveUpAfterMs }, new Date());
        if (pauseMs === null) {
          log(`Target ${target.name} was not told event ${event.id} (${event.number} ${event.name}); given up: ${failure.message}`);
          const after = { ...before, givenUp: before.givenUp + 1, problem: failure.message };
          if (problem === null || isNews(after.givenUp)) await tellRun(after);
          return after;
        }
        if (attempt === tellsRunFrom && problem === null) {
          problem = failure.message;
          log(`Target ${target.name} takes no events: ${problem}`);
          await tellRun({ ...before, problem });
        }
        await delay(pauseMs, undefined, { signal });
      }
    },
  };

  /** What a run cannot be told any more, since it is closed, stands in the result of the notification. */
  async function tellRun({ execution, problem, givenUp }: DeliveryState): Promise<void> {
    news += 1;
    if (news > maxNews) return;
    const told: TargetNews = { target: target.name, problem: problem?.slice(0, 500) ?? null, givenUp };
    await client.workflow
      .getHandle(run.workflowId, execution)
      .signal('target', told)
      .catch(() => undefined);
  }
}

async function attemptOnce(
  target: NotificationTarget,
  event: RunEvent,
  signal: AbortSignal,
): Promise<{ readonly message: string; readonly isRefused: boolean } | null> {
  try {
    await target.deliver(fitEvent(event), signal);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    // What is none of ours could carry an address or a secret in its words.
    if (!(error instanceof CauError)) return { message: 'It failed in an unexpected way.', isRefused: false };
    const { message, facts } = failureOf(error);
    return { message, isRefused: facts?.['refused'] === true };
  }
}
