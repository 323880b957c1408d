/** The cluster stack of the node at work: when it is stopped, and that it left in order. */
import { mustStopStack } from '../domain/drainable.js';
import { CauError } from '../domain/errors.js';
import type { Update } from '../domain/updates.js';
import { renderVerdict } from '../domain/verdict.js';
import type { NodeState } from './node-state.js';
import { nodeStep } from './node-step.js';
import { seeMoves, watch } from './node-watch.js';
import { awaitQuorumWithout } from './quorum-guard.js';
import { noticeRestart } from './unplanned-restart.js';

/** How long roles of a node that was not drained may take to come up elsewhere before the run goes on: they may be down meanwhile (allowOutage). */
const vacatedMs = 10_000;
/**
 * How long to look for a member that can answer while the stack of the node is stopped. Where none has quorum the node's own vote may
 * be the one that is missing, so that it comes back rather than being asked about.
 */
export const stoppedPatienceMs = 10_000;

/**
 * Stops the node's cluster stack in order when these updates, or fencing, ask for it. An update of the stack that is
 * installed while it runs takes the node's vote away too, so that quorum is guarded either way.
 */
export async function stopStackFor(state: NodeState, updates: readonly Update[]): Promise<void> {
  if (state.hasLeft) return;
  const touchesStack = updates.some((update) => update.clusterStack);
  if (mustStopStack(state.isFencingOn, state.order.options.clusterDuringInstall, touchesStack, state.isServing)) await stopStack(state);
  else if (touchesStack) await awaitQuorumWithout(state);
}

/** Stops the cluster stack of the node, where that can be done apart from the node, and waits until a peer sees that it left in order. */
export async function stopStack(state: NodeState): Promise<void> {
  if (state.hasLeft || !state.canStopStack) return;
  const { cluster, node, run, options } = state.order;
  state.enter('stoppingStack', 'the node leaves the cluster in order');
  await Promise.all([noticeRestart(state), awaitQuorumWithout(state)]);
  state.isStackStopped = true;
  // Whoever stops it is who starts it again, also where it had come up by itself.
  state.isRejoining = false;
  await nodeStep(state, { what: 'stops its cluster stack', summary: `stop the cluster stack of ${node}` }, (activities) =>
    activities.stopClusterStack({ cluster, node, run, releaseAfter: options.releaseAfter }),
  );
  const left = await watch(state, 'left', 60_000, `wait until ${node} has left in order`, { patienceMs: stoppedPatienceMs });
  if (left.verdict.state === 'waiting')
    throw new CauError('RestartBlocked', `${node} did not leave the cluster in order: ${renderVerdict(left.verdict)}.`, { where: node });
  if (state.isServing) {
    const elsewhere = await watch(state, 'vacated', vacatedMs, `wait until what ran on ${node} serves elsewhere`, { patienceMs: stoppedPatienceMs });
    seeMoves(state, elsewhere, 'drain');
  }
  state.hasLeft = true;
}
