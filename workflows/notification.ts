/**
 * Tells the targets of a run its events. Coordinators read them from the histories of the run, so that nothing is lost when the
 * run, a coordinator or Temporal dies on the way; each target is told by itself, and none of them can hold up the run.
 */
import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { CauError } from '../domain/errors.js';
import { notificationOrderSchema, untold, type DeliveryState, type TargetResult } from '../domain/notification.js';
import type { RunReference } from '../domain/names.js';
import { parseInput } from '../domain/parse-input.js';
import { asWorkflow, failureFrom, timeoutOf } from './failures.js';
import { detailsBoard, waiting, type Waiting } from './waiting.js';
import { coordinatorWaitMs, delivery } from './workers.js';

/** A run that lasts longer is told no further: half a year in shifts of half a day. */
const maxShifts = 360;
const maxTimeouts = 3;

/** What became of the events for each target. */
export async function notification(input: unknown): Promise<readonly TargetResult[]> {
  return asWorkflow(async () => {
    const { cluster, run, execution, targets } = parseInput(notificationOrderSchema, input, 'notification');
    if (workflowInfo().parent?.workflowId !== run.workflowId) {
      throw new CauError('ForbiddenCaller', 'notification was started without an Updating Run.', {
        remedy: 'Start "updatingRun" or "cau run" with the option "notify"; it starts this workflow itself.',
      });
    }
    setCurrentDetails(`Tells ${targets.map((target) => `**${target}**`).join(', ')} the events of run ${run.workflowId}.`);
    return waiting(detailsBoard(), 'delivery', { targets }, coordinatorWaitMs, (wait) =>
      Promise.all(targets.map((target) => tellTarget(wait, { cluster, run, target, state: untold(execution) }))),
    );
  });
}

interface Order {
  readonly cluster: string;
  readonly run: RunReference;
  readonly target: string;
  readonly state: DeliveryState;
}

async function tellTarget(wait: Waiting, order: Order): Promise<TargetResult> {
  let { state } = order;
  let timeouts = 0;
  for (let shift = 0; shift < maxShifts; shift += 1) {
    try {
      const answer = await delivery(wait, order.target).deliverEvents({ ...order, state });
      state = answer.state;
      if (answer.isDone) break;
    } catch (error) {
      // Without any coordinator for days nothing was told: it is begun once more, from where this workflow knows.
      timeouts += 1;
      if (timeoutOf(error) !== null && timeouts <= maxTimeouts) continue;
      return resultOf(order.target, { ...state, problem: failureFrom(error).message });
    }
  }
  return resultOf(order.target, state);
}

const resultOf = (target: string, { delivered, givenUp, problem }: DeliveryState): TargetResult => ({ target, delivered, givenUp, problem });
