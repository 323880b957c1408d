/** Into maintenance mode and out of it: hold, drain, stop the stack; start it, rejoin, release, settle. */
import { sleep } from '@temporalio/workflow';
import { findNode, type ClusterDescription } from '../domain/cluster.js';
import { findDrainObstacle, mustStopStack } from '../domain/drainable.js';
import { durationMs } from '../domain/duration.js';
import { CauError } from '../domain/errors.js';
import { baselineOf, findMoves } from '../domain/placement.js';
import { reasonToSkip } from '../domain/plan.js';
import { decideQuorum } from '../domain/quorum.js';
import type { Update } from '../domain/updates.js';
import { renderVerdict } from '../domain/verdict.js';
import type { WatchAnswer } from '../domain/ports/activities.js';
import { fail } from './failures.js';
import type { NodeState } from './node-state.js';
import { watchInput, type Condition } from './witnesses.js';
import { longStep, question, quickStep } from './workers.js';

const quorumLookMs = 1000;

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
  state.baseline = baselineOf(description);
  state.placement = state.baseline.roles;
}

/** Holds the node and waits until it is drained; then, where that is asked for, stops its cluster stack. */
export async function enterMaintenance(state: NodeState): Promise<void> {
  const { cluster, node, run, limit, options } = state.order;
  state.enter('holding', 'set maintenance mode');
  state.heldAt = new Date();
  await state.witnesses.ask({
    summary: `hold ${node}`,
    not: node,
    ask: (activities, target) => activities.holdNode({ ...target, held: node, run, limit }),
  });
  state.enter('draining', 'roles leave the node');
  const drained = await watch(state, 'drained', durationMs(options.drainTimeout), `wait until ${node} is drained`);
  if (drained.verdict.state === 'waiting') {
    throw new CauError('DrainFailed', `${node} is not drained after ${options.drainTimeout}: ${renderVerdict(drained.verdict)}.`, { where: node });
  }
  seeMoves(state, drained, 'drain');
  await stopStackFor(state, state.order.updates, await state.witnesses.describe(node, `${cluster}: fencing?`));
}

/** Proves, by a witness, that the hold is still ours and the node still empty: an operator's wish is final. */
export async function proveHeld(state: NodeState): Promise<void> {
  const { node } = state.order;
  state.enter('proving', 'is the hold still ours, and the node empty?');
  const held = await watch(state, state.isStackStopped ? 'held' : 'drained', 5000, `prove that ${node} is held and empty`);
  if (held.verdict.state === 'waiting') throw new CauError('HoldBroken', `${node} is not empty any more: ${renderVerdict(held.verdict)}.`, { where: node });
}

/** Stops the node's cluster stack in order when these updates, or fencing, ask for it. */
export async function stopStackFor(state: NodeState, updates: readonly Update[], description: ClusterDescription): Promise<void> {
  const touchesStack = updates.some((update) => update.clusterStack);
  if (!mustStopStack(description, state.order.options.clusterDuringInstall, touchesStack)) return;
  await stopStack(state);
}

/** Stops the cluster stack of the node and waits until a peer sees that it left in order. */
export async function stopStack(state: NodeState): Promise<void> {
  if (state.isStackStopped || !state.canStopStack) return;
  const { cluster, node } = state.order;
  state.enter('stoppingStack', 'the node leaves the cluster in order');
  state.isStackStopped = true;
  await longStep(cluster, node, `stop the cluster stack of ${node}`).stopClusterStack({ cluster, node });
  const left = await watch(state, 'left', 60_000, `wait until ${node} has left in order`);
  if (left.verdict.state === 'waiting')
    throw new CauError('RestartBlocked', `${node} did not leave the cluster in order: ${renderVerdict(left.verdict)}.`, { where: node });
}

/** Waits until the node is a full member, then releases it and waits until roles, copies and scores are back. */
export async function leaveMaintenance(state: NodeState): Promise<void> {
  const { cluster, node, run, options } = state.order;
  await rejoin(state);
  const strays = await quickStep(cluster, node, `${node}: resources that the cluster does not know of`).findStrayResources({ cluster, node });
  if (strays.length > 0) {
    throw new CauError(
      'UnexpectedService',
      `${strays.join(', ')} runs on ${node} although the cluster did not start it there; releasing the node would disturb it elsewhere.`,
      { where: strays[0] ?? node },
    );
  }
  state.enter('releasing', 'end maintenance mode');
  await state.witnesses.ask({ summary: `release ${node}`, not: node, ask: (activities, target) => activities.releaseNode({ ...target, held: node, run }) });
  state.releasedAt = new Date();
  state.enter('settling', 'roles, copies and promotion scores come back');
  const settled = await watch(state, 'settled', durationMs(options.settleTimeout), 'wait until roles and copies are back');
  if (settled.verdict.state === 'waiting') {
    throw new CauError('GateFailed', `The cluster did not settle within ${options.settleTimeout} after ${node} came back: ${renderVerdict(settled.verdict)}.`, {
      where: node,
    });
  }
  seeMoves(state, settled, 'return');
}

/** A full member again, by its own view and by another member's; a new boot id was the third witness. */
export async function rejoin(state: NodeState): Promise<void> {
  if (!state.isStackStopped && !state.isRejoining) return;
  const { cluster, node, options } = state.order;
  state.enter('rejoining', 'the node becomes a full member again');
  if (state.isStackStopped && !state.isRejoining) await quickStep(cluster, node, `start the cluster stack of ${node}`).startClusterStack({ cluster, node });
  const timeoutMs = durationMs(options.restartTimeout);
  const until = Date.now() + timeoutMs;
  const seen = await watch(state, 'member', timeoutMs, `wait until others see ${node} as a full member`);
  if (seen.verdict.state === 'waiting')
    throw new CauError('RejoinTimeout', `${node} is not a full member after ${options.restartTimeout}: ${renderVerdict(seen.verdict)}.`, { where: node });
  for (;;) {
    try {
      const own = await question(cluster, node, 13_000, `${node}: its own view of its membership`).watchCluster({
        cluster,
        node,
        ...watchInput({ condition: 'member', node, run: state.order.run, timeoutMs, summary: '' }, 10_000),
      });
      if (own.verdict.state === 'met') break;
      state.say(renderVerdict(own.verdict));
    } catch (error) {
      if (Date.now() >= until) throw error;
      await sleep(500, { summary: `ask ${node} again` });
    }
    if (Date.now() >= until)
      throw new CauError('RejoinTimeout', `${node} does not see itself as a full member after ${options.restartTimeout}.`, { where: node });
  }
  state.isStackStopped = false;
  state.isRejoining = false;
}

/** Notices a restart that was not asked for (a power cut, a fence): another boot id, and its stack started at boot. */
export async function noticeRestart(state: NodeState): Promise<void> {
  const { cluster, node } = state.order;
  const identity = await quickStep(cluster, node, `${node}: did it restart by itself?`).identifyNode({ cluster, node });
  if (identity.bootId === state.bootId) return;
  state.notes.push(`${node} restarted by itself (boot ${state.bootId} -> ${identity.bootId}).`);
  state.bootId = identity.bootId;
  state.isStackStopped = false;
  state.isRejoining = true;
}

/** Waits, with reason, until the cluster keeps its quorum without the node. */
export async function awaitQuorumWithout(state: NodeState): Promise<ClusterDescription> {
  const { node, options } = state.order;
  const until = Date.now() + durationMs(options.quorumWait);
  for (;;) {
    const description = await state.witnesses.describe(node, `does the cluster keep quorum without ${node}?`);
    // A node that has left already takes no vote with it again.
    const verdict = state.isStackStopped || findNode(description, node)?.online !== true ? ({ state: 'met' } as const) : decideQuorum(description, node);
    if (verdict.state === 'met') return description;
    if (Date.now() >= until)
      throw new CauError('QuorumAtRisk', `${node} cannot be taken out: ${renderVerdict(verdict)} (waited ${options.quorumWait}).`, { where: node });
    state.say(`waits for quorum: ${renderVerdict(verdict)}`);
    await sleep(quorumLookMs, { summary: `wait: ${renderVerdict(verdict)}` });
  }
}

async function watch(state: NodeState, condition: Condition, timeoutMs: number, summary: string): Promise<WatchAnswer> {
  const { node, run } = state.order;
  const answer = await state.witnesses.watch({ condition, node, run, baseline: state.baseline, timeoutMs, summary }, (reasons) =>
    state.say(`waits: ${reasons.join('; ')}`),
  );
  if (answer.verdict.state === 'impossible') fail(answer.verdict.failure);
  return answer;
}

function seeMoves(state: NodeState, answer: WatchAnswer, when: 'drain' | 'return'): void {
  state.moves.push(...findMoves(state.placement, answer.placement, when));
  state.placement = answer.placement;
}
