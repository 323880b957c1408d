/** The stages of a node's update, each again where its failure may pass. */
import type { Failure } from '../domain/errors.js';
import { decideAfterFailure, type AfterFailure } from '../domain/retries.js';
import { failureFrom } from './failures.js';
import type { NodeState } from './node-state.js';
import { noticeRestart } from './unplanned-restart.js';
import { waiting } from './waiting.js';

/**
 * Goes through a stage, and after a failure that may pass through what is left of it: a stage that is entered again goes
 * on where it failed, and does nothing twice. Retries are counted over all stages of the node.
 */
export async function retrying(state: NodeState, stage: (state: NodeState) => Promise<void>): Promise<void> {
  let isAgain = false;
  for (;;) {
    try {
      // What failed may have been the node itself, which then comes back as another boot.
      if (isAgain && state.hold === 'held') await noticeRestart(state);
      await stage(state);
      return;
    } catch (error) {
      const failure = failureFrom(error);
      state.recordFailure(failure);
      const next = afterFailure(state, failure);
      if (next.kind !== 'retry') throw error;
      isAgain = true;
      state.retries += 1;
      state.say(`retry ${state.retries} of ${state.order.options.maxRetriesPerNode} after ${failure.code}: ${failure.message}`);
      const { retries: retry, order } = state;
      const facts = { retry, of: order.options.maxRetriesPerNode, failure: `${failure.code}: ${failure.message}` };
      await waiting(state.waits, 'retry', facts, next.pauseMs, (wait) => wait.sleep(next.pauseMs, `retry ${retry} after ${failure.code}`));
    }
  }
}

/** What follows a failure of the node as it stands. */
export function afterFailure({ retries, hold, isStopAsked, order }: NodeState, failure: Failure): AfterFailure {
  return decideAfterFailure({ failure, retries, maxRetries: order.options.maxRetriesPerNode, hold, isStopAsked });
}
