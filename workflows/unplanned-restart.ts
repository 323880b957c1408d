/** Restarts that nobody asked for: a power cut, a fence. The node is another one after them. */
import { durationMs } from '../domain/duration.js';
import { CauError } from '../domain/errors.js';
import { failureFrom } from './failures.js';
import type { NodeState } from './node-state.js';
import { waiting } from './waiting.js';
import { onceBack } from './workers.js';

/**
 * Asks the node for its boot, waiting until it is back; whether it is another one than was known. Its cluster stack
 * started at boot then, and whatever was to be restarted is.
 * @throws CauError `RestartTimeout` when it does not come back in time
 */
export async function noticeRestart(state: NodeState): Promise<boolean> {
  const { cluster, node, options } = state.order;
  const timeoutMs = durationMs(options.restartTimeout);
  const { bootId } = await waiting(state.waits, 'answer', { node }, timeoutMs, (wait) =>
    onceBack(wait, cluster, node, timeoutMs, `${node}: is it still the same boot?`).identifyNode({ cluster, node }),
  ).catch((error: unknown) => {
    const failure = failureFrom(error);
    if (failure.code !== 'NodeUnreachable') throw error;
    throw new CauError('RestartTimeout', `${node} went away by itself and did not come back within ${options.restartTimeout}.`, { where: node });
  });
  return seeBoot(state, bootId);
}

/** Takes the boot for that of the node from now on, and says why it is another one; whether it is. */
export function seeBoot(state: NodeState, bootId: string): boolean {
  if (bootId === state.bootId) return false;
  const { restartAsked } = state;
  if (restartAsked?.bootId === state.bootId) takeRestart(state, bootId, restartAsked.reasons);
  else {
    state.notes.push(`${state.order.node} restarted by itself (boot ${state.bootId} -> ${bootId}).`);
    takeBoot(state, bootId);
  }
  return true;
}

/** The restart that was asked for has happened. */
export function takeRestart(state: NodeState, bootId: string, reasons: readonly string[]): void {
  state.restarts.push({ from: state.bootId, to: bootId, reasons: reasons.slice(0, 5).map((reason) => reason.slice(0, 150)) });
  state.restartedAfterPass = state.passes;
  takeBoot(state, bootId);
}

/** Waiting for its membership is left to the return, so that the node can be worked on meanwhile. */
function takeBoot(state: NodeState, bootId: string): void {
  state.bootId = bootId;
  state.restartAsked = null;
  state.isStackStopped = false;
  state.hasLeft = false;
  state.isRejoining = true;
}
