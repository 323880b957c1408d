/**
 * Tells one target the events of one run, at least once, each with an id that stays the same. What was told is remembered in the
 * heartbeat: whoever takes over from a coordinator that died goes on there, and tells at most what was on its way once more.
 */
import { activityInfo, CancelledFailure, cancellationSignal, heartbeat } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { CauError } from '../domain/errors.js';
import { deliveryStateSchema, isTold, isWanted, type DeliveryState } from '../domain/notification.js';
import type { DeliveryAnswer, DeliveryOrder } from '../domain/ports/coordinator-activities.js';
import type { NotificationTarget, NotificationTargets } from '../domain/ports/notification-target.js';
import type { ReadEvent } from '../histories/run-events.js';
import { tellEvents } from '../histories/tell-events.js';
import { findDescription } from './run-knowledge.js';
import { createTeller, type Teller } from './tell-target.js';

const beatMs = 1000;
/** Then the activity ends in order and is begun anew: none of them lasts for ever. */
const shiftMs = 12 * 3_600_000;

/** What is needed to read the events of a run and to tell them. */
export interface DeliveryDependencies {
  readonly client: Client;
  readonly targets: NotificationTargets;
  log(line: string): void;
}

/** @throws CauError `TargetFailed` when this coordinator does not know the target: another one may */
export async function deliverEvents(deps: DeliveryDependencies, order: DeliveryOrder): Promise<DeliveryAnswer> {
  const target = requireTarget(deps.targets, order.target);
  let state = deliveryStateSchema.safeParse(activityInfo().heartbeatDetails).data ?? order.state;
  const remember = (next: DeliveryState) => {
    state = next;
    heartbeat(state);
  };
  const beating = setInterval(() => heartbeat(state), beatMs);
  const canceled = cancellationSignal();
  const shift = AbortSignal.timeout(shiftMs);
  const teller = createTeller(deps, order, target, canceled);
  try {
    for (;;) {
      const leaving = new AbortController();
      const reading = { signal: AbortSignal.any([canceled, shift, leaving.signal]), isLive: true };
      const run = { ...order.run, runId: state.execution };
      for await (const read of tellEvents({ client: deps.client, namespace: deps.client.options.namespace }, run, reading)) {
        canceled.throwIfAborted();
        if (await isForgotten(deps, order, state, read)) break;
        if (!isTold(state, read.workflow, read.place)) remember(await tellOne(teller, target, state, read));
      }
      leaving.abort();
      canceled.throwIfAborted();
      const next = await laterExecution(deps.client, order, state);
      if (next === null) return { isDone: !shift.aborted, state };
      remember({ ...state, execution: next });
    }
  } catch (error) {
    throw canceled.aborted ? endedBy(canceled) : error;
  } finally {
    clearInterval(beating);
  }
}

/** A coordinator that ends leaves the rest to another one; whoever cancels the notification ends it. */
function endedBy(canceled: AbortSignal): Error {
  const { reason } = canceled as { readonly reason: unknown };
  if (reason instanceof CancelledFailure && reason.message !== 'WORKER_SHUTDOWN') return reason;
  return new CauError('TargetFailed', 'The coordinator that told the events ended; another one goes on.');
}

async function tellOne(teller: Teller, target: NotificationTarget, before: DeliveryState, { event, workflow, place }: ReadEvent): Promise<DeliveryState> {
  const after = isWanted(event.level, target.from) ? await teller.tell(event, before) : before;
  return { ...after, told: { ...after.told, [workflow]: place } };
}

/** A reset terminates the execution that it replaces: for the run that is no end. */
async function isForgotten({ client }: DeliveryDependencies, order: DeliveryOrder, state: DeliveryState, { event, workflow }: ReadEvent): Promise<boolean> {
  return workflow === 'run' && event.name === 'runFailed' && (await laterExecution(client, order, state)) !== null;
}

/** The execution of this same run after a reset, or null. */
async function laterExecution(client: Client, { run }: DeliveryOrder, { execution }: DeliveryState): Promise<string | null> {
  const latest = await findDescription(client, run.workflowId);
  if (latest === null || latest.runId === execution) return null;
  return latest.raw.workflowExecutionInfo?.firstRunId === run.firstExecutionRunId ? latest.runId : null;
}

function requireTarget(targets: NotificationTargets, name: string): NotificationTarget {
  const target = targets.find(name);
  if (target !== undefined) return target;
  throw new CauError('TargetFailed', `The coordinator that was asked does not know target "${name}".`, {
    where: name,
    remedy: 'Give all coordinators the same "coordinator.notify", and start them again.',
  });
}
