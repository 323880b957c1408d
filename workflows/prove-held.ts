/** The proof that a node may be changed, asked again and again: it is still held by this run, and empty. */
import { CauError } from '../domain/errors.js';
import { renderVerdict } from '../domain/verdict.js';
import type { Update } from '../domain/updates.js';
import { stoppedPatienceMs, stopStackFor } from './cluster-stack.js';
import { drainIfNeeded } from './enter-maintenance.js';
import type { NodeState } from './node-state.js';
import { watch } from './node-watch.js';
import { noticeRestart } from './unplanned-restart.js';
import type { Condition } from './witnesses.js';

const proveMs = 5000;

/**
 * The node may be changed: its stack is stopped where that is asked for, the hold is still ours and the node still empty.
 * One that was fenced or lost its power meanwhile came back with its stack running, so that all of it is asked anew.
 */
export async function readyToChange(state: NodeState, updates: readonly Update[]): Promise<void> {
  await drainIfNeeded(state, { restart: updates.some((update) => update.restart === 'expected'), clusterStack: updates.some((update) => update.clusterStack) });
  for (;;) {
    const { bootId } = state;
    await stopStackFor(state, updates);
    await proveHeld(state);
    if (state.bootId === bootId) return;
  }
}

/** Proves, by a witness, that the hold is still ours and the node still empty, unless it serves meanwhile: an operator's wish is final. */
export async function proveHeld(state: NodeState): Promise<void> {
  const { node } = state.order;
  state.enter('proving', 'is the hold still ours, and the node empty?');
  const patienceMs = state.isStackStopped ? stoppedPatienceMs : undefined;
  const [held] = await Promise.all([
    watch(state, conditionToProve(state), proveMs, `prove that ${node} is held and empty`, {
      patienceMs,
      waitsFor: 'held',
    }),
    noticeRestart(state),
  ]);
  if (held.verdict.state === 'waiting') throw new CauError('HoldBroken', `${node} is not empty any more: ${renderVerdict(held.verdict)}.`, { where: node });
}

function conditionToProve({ isStackStopped, isServing, order }: NodeState): Condition {
  if (isStackStopped || isServing) return 'held';
  return order.limit === 1 ? 'drained' : 'empty';
}
