/** Restarting the very node whose worker runs the step: keyed on the boot id, never one activity across it. */
import { durationMs } from '../domain/duration.js';
import { failureFrom } from './failures.js';
import { CauError } from '../domain/errors.js';
import { stopStack } from './cluster-stack.js';
import { proveHeld } from './enter-maintenance.js';
import { awaitQuorumWithout } from './quorum-guard.js';
import type { NodeState } from './node-state.js';
import { nextBoot, quickStep } from './workers.js';

/**
 * Restarts the node once: still held and empty, quorum kept, stack stopped in order; then a different boot id must
 * answer. Waiting for its membership is left to the return, so that it can be scanned meanwhile.
 */
export async function restart(state: NodeState, reasons: readonly string[]): Promise<void> {
  const { cluster, node, run, options } = state.order;
  await stopStack(state);
  // A node that has left already takes no vote with it again.
  if (!state.isStackStopped) await awaitQuorumWithout(state);
  await proveHeld(state);
  state.enter('restarting', reasons.join('; '));
  const pass = state.restarts.length + 1;
  await quickStep(cluster, node, `restart ${node}: ${reasons.join('; ').slice(0, 100)}`).restartNode({
    cluster,
    node,
    run,
    pass,
    expectedBootId: state.bootId,
  });
  const previousBootId = state.bootId;
  try {
    const confirmed = await nextBoot(cluster, node, durationMs(options.restartTimeout), `wait for the next boot of ${node}`).confirmRestarted({
      cluster,
      node,
      previousBootId,
    });
    state.bootId = confirmed.bootId;
  } catch (error) {
    const failure = failureFrom(error);
    if (failure.code !== 'NodeUnreachable' && failure.code !== 'StillOldBoot') throw error;
    throw new CauError('RestartTimeout', `${node} did not come back within ${options.restartTimeout} of its restart.`, { where: node });
  }
  state.restarts.push({ from: previousBootId, to: state.bootId, reasons: reasons.slice(0, 5).map((reason) => reason.slice(0, 150)) });
  state.restartedAfterPass = state.passes;
  state.isStackStopped = false;
  state.isRejoining = true;
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
