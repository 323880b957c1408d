/** Into maintenance mode: facts first, then hold and drain; and the proof, asked again and again, that it is still so. */
import type { Update } from '../domain/updates.js';
import { findDrainObstacle } from '../domain/drainable.js';
import { durationMs } from '../domain/duration.js';
import { CauError } from '../domain/errors.js';
import { baselineOf } from '../domain/placement.js';
import { reasonToSkip } from '../domain/plan.js';
import { renderVerdict } from '../domain/verdict.js';
import { stopStackFor } from './cluster-stack.js';
import { fail, failureFrom } from './failures.js';
import type { NodeState } from './node-state.js';
import { awaitQuorumAndCapacity } from './quorum-guard.js';
import { seeMoves, watch } from './node-watch.js';
import { noticeRestart } from './unplanned-restart.js';
import { quickStep } from './workers.js';

const proveMs = 5000;
const provePatienceMs = 10_000;

/** Facts of the node and the cluster before anything is touched; refuses what must not be drained. */
export async function prepare(state: NodeState): Promise<void> {
  const { cluster, node } = state.order;
  state.enter('preparing', 'who is there, and may the node be drained?');
  const [identity, description] = await Promise.all([
    quickStep(cluster, node, `${node}: boot id and state`)
      .identifyNode({ cluster, node })
      .catch((error: unknown) => failureFrom(error)),
    awaitQuorumAndCapacity(state),
  ]);
  const skip = reasonToSkip(description, node);
  if (skip !== null) throw new CauError('RefusedByOperator', `${node} is ${skip}.`, { where: node });
  if ('code' in identity) return fail(identity);
  state.bootId = identity.bootId;
  state.canStopStack = identity.stopsStack;
  const obstacle = findDrainObstacle(description, node);
  if (obstacle !== null) fail(obstacle);
  state.isFencingOn = description.fencing.enabled;
  state.baseline = baselineOf(description);
  state.placement = state.baseline.roles;
}

/** Holds the node and waits until it is drained; then, where that is asked for, stops its cluster stack. */
export async function enterMaintenance(state: NodeState): Promise<void> {
  const { node, run, limit, options } = state.order;
  state.stopHere();
  state.enter('holding', 'set maintenance mode');
  state.heldAt ??= new Date();
  try {
    await state.witnesses.ask({
      summary: `hold ${node}`,
      not: node,
      ask: (activities, target) => activities.holdNode({ ...target, held: node, run, limit, releaseAfter: options.releaseAfter }),
    });
  } catch (error) {
    // The cluster's own word that there is no hold of ours: nothing is to be undone then. Any other failure may have left one.
    const { code } = failureFrom(error);
    if ((code === 'RefusedByOperator' || code === 'ClusterBusy') && !state.isStackStopped) state.heldAt = null;
    throw error;
  }
  state.enter('draining', 'roles leave the node');
  const drained = await watch(state, 'drained', durationMs(options.drainTimeout), `wait until ${node} is drained`);
  if (drained.verdict.state === 'waiting') {
    throw new CauError('DrainFailed', `${node} is not drained after ${options.drainTimeout}: ${renderVerdict(drained.verdict)}.`, { where: node });
  }
  seeMoves(state, drained, 'drain');
  await stopStackFor(state, state.order.updates);
}

/**
 * The node may be changed: its stack is stopped where that is asked for, the hold is still ours and the node still empty.
 * One that was fenced or lost its power meanwhile came back with its stack running, so that all of it is asked anew.
 */
export async function readyToChange(state: NodeState, updates: readonly Update[]): Promise<void> {
  for (;;) {
    const { bootId } = state;
    await stopStackFor(state, updates);
    await proveHeld(state);
    if (state.bootId === bootId) return;
  }
}

/** Proves, by a witness, that the hold is still ours and the node still empty: an operator's wish is final. */
export async function proveHeld(state: NodeState): Promise<void> {
  const { node } = state.order;
  state.enter('proving', 'is the hold still ours, and the node empty?');
  // With its stack stopped the node may be the very one whose vote is missing: it is not held back for long then.
  const patienceMs = state.isStackStopped ? provePatienceMs : undefined;
  const [held] = await Promise.all([
    watch(state, state.isStackStopped ? 'held' : 'drained', proveMs, `prove that ${node} is held and empty`, { patienceMs, waitsFor: 'held' }),
    noticeRestart(state),
  ]);
  if (held.verdict.state === 'waiting') throw new CauError('HoldBroken', `${node} is not empty any more: ${renderVerdict(held.verdict)}.`, { where: node });
}
