/** How a node's update ends that failed: the node serves again if it is healthy, otherwise it is kept, and somebody is told. */
import type { Failure } from '../domain/errors.js';
import type { NodeReport } from '../domain/report.js';
import { afterFailedUpdate } from './around-maintenance.js';
import { failureFrom } from './failures.js';
import { leaveMaintenance } from './leave-maintenance.js';
import type { NodeState } from './node-state.js';
import { afterFailure } from './retrying.js';

/**
 * The first cause ends the node; then its maintenance mode is ended too if the node is healthy, otherwise it is kept
 * with the reason. A hold that somebody broke is his: only our own record is taken away.
 */
export async function endInOrder(state: NodeState, failure: Failure): Promise<NodeReport> {
  const outcome = outcomeOf(failure, state);
  const next = afterFailure(state, failure);
  if (next.kind === 'keep') return keep(state, failure, failure.message);
  const later: Failure[] = [];
  const also = (then: Failure) => {
    state.recordFailure(then);
    later.push(then);
  };
  if (next.kind === 'resume') await leaveMaintenance(state).catch((error: unknown) => also(failureFrom(error)));
  // Not in maintenance mode any more, however the rest of the cluster stands.
  if (state.hold !== 'held') (await afterFailedUpdate(state, failure, outcome)).forEach(also);
  const reason = [failure.message, ...later.map((then) => `And then: ${then.message}`)].join(' ');
  return next.kind === 'resume' && state.hold === 'held' ? keep(state, failure, reason) : state.report(outcome, failure, reason);
}

/** What was found unfit before it was touched is left out. */
function outcomeOf({ code }: Failure, { hold, order }: NodeState): 'Canceled' | 'Skipped' | 'Failed' {
  if (code === 'HookFailed' && hold === 'none' && !order.options.hookFailureCounts) return 'Skipped';
  if (code === 'Stopped') return 'Canceled';
  if (code === 'NodeVanished') return hold === 'none' ? 'Skipped' : 'Failed';
  return code === 'RefusedByOperator' || code === 'NodeOffline' ? 'Skipped' : 'Failed';
}

/** The reason goes into the cluster's own record, where it outlives the run and every later one finds it. */
async function keep(state: NodeState, cause: Failure, why: string): Promise<NodeReport> {
  const { node, run } = state.order;
  const reason = why.slice(0, 500);
  try {
    const { releaseCommand } = await state.witnesses.ask({
      summary: `keep ${node} in maintenance mode`,
      not: node,
      ask: (activities, target) => activities.keepNode({ ...target, held: node, run, reason }),
    });
    state.kept = releaseCommand === null ? reason : `${reason} When it is well again: ${releaseCommand}`;
  } catch (error) {
    const then = failureFrom(error);
    // Its hold went with it, so there is nothing that anybody could release.
    if (then.code === 'NodeVanished') return state.report('Failed', cause, `${why} And then: ${then.message}`);
    state.notes.push(`${node} is left in maintenance mode; the reason could not be recorded in the cluster: ${then.message}`);
  }
  return state.report('NeedsAttention', cause, reason);
}
