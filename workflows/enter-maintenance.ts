/** Into maintenance mode: facts first, then hold and drain; and the proof, asked again and again, that it is still so. */
import { findDrainObstacle } from '../domain/drainable.js';
import { durationMs } from '../domain/duration.js';
import { CauError } from '../domain/errors.js';
import { baselineOf } from '../domain/placement.js';
import { reasonToSkip } from '../domain/plan.js';
import { renderVerdict } from '../domain/verdict.js';
import { stopStackFor } from './cluster-stack.js';
import { fail } from './failures.js';
import type { NodeState } from './node-state.js';
import { awaitQuorumWithout } from './quorum-guard.js';
import { seeMoves, watch } from './node-watch.js';
import { quickStep } from './workers.js';

/** Facts of the node and the cluster before anything is touched; refuses what must not be drained. */
export async function prepare(state: NodeState): Promise<void> {
  const { cluster, node } = state.order;
  state.enter('preparing', 'who is there, and may the node be drained?');
  const [identity, description] = await Promise.all([
    quickStep(cluster, node, `${node}: boot id and state`).identifyNode({ cluster, node }),
    awaitQuorumWithout(state),
  ]);
  state.bootId = identity.bootId;
  state.canStopStack = identity.stopsStack;
  const skip = reasonToSkip(description, node);
  if (skip !== null) throw new CauError('RefusedByOperator', `${node} is ${skip}.`, { where: node });
  const obstacle = findDrainObstacle(description, node);
  if (obstacle !== null) fail(obstacle);
  state.isFencingOn = description.fencing.enabled;
  state.baseline = baselineOf(description);
  state.placement = state.baseline.roles;
}

/** Holds the node and waits until it is drained; then, where that is asked for, stops its cluster stack. */
export async function enterMaintenance(state: NodeState): Promise<void> {
  const { node, run, limit, options } = state.order;
  state.enter('holding', 'set maintenance mode');
  state.heldAt = new Date();
  await state.witnesses.ask({
    summary: `hold ${node}`,
    not: node,
    ask: (activities, target) => activities.holdNode({ ...target, held: node, run, limit, releaseAfter: options.releaseAfter }),
  });
  state.enter('draining', 'roles leave the node');
  const drained = await watch(state, 'drained', durationMs(options.drainTimeout), `wait until ${node} is drained`);
  if (drained.verdict.state === 'waiting') {
    throw new CauError('DrainFailed', `${node} is not drained after ${options.drainTimeout}: ${renderVerdict(drained.verdict)}.`, { where: node });
  }
  seeMoves(state, drained, 'drain');
  await stopStackFor(state, state.order.updates);
}

/** Proves, by a witness, that the hold is still ours and the node still empty: an operator's wish is final. */
export async function proveHeld(state: NodeState): Promise<void> {
  const { node } = state.order;
  state.enter('proving', 'is the hold still ours, and the node empty?');
  const held = await watch(state, state.isStackStopped ? 'held' : 'drained', 5000, `prove that ${node} is held and empty`);
  if (held.verdict.state === 'waiting') throw new CauError('HoldBroken', `${node} is not empty any more: ${renderVerdict(held.verdict)}.`, { where: node });
}
