/** Restarting the very node whose worker runs the step: keyed on the boot id, never one activity across it. */
import { durationMs } from '../domain/duration.js';
import { failureFrom } from './failures.js';
import { CauError } from '../domain/errors.js';
import { stopStack } from './cluster-stack.js';
import { drainIfNeeded } from './enter-maintenance.js';
import { proveHeld } from './prove-held.js';
import { awaitQuorumWithout } from './quorum-guard.js';
import type { NodeState } from './node-state.js';
import { takeRestart } from './unplanned-restart.js';
import { waiting } from './waiting.js';
import { nextBoot, quickStep } from './workers.js';

/**
 * Restarts the node once: still held and empty, quorum kept, stack stopped in order; then a different boot id must
 * answer. A node that restarts by itself on the way there is left for the next look: it may need no restart any more.
 */
export async function restart(state: NodeState, reasons: readonly string[]): Promise<void> {
  const { cluster, node, run, options } = state.order;
  await drainIfNeeded(state, { restart: true, clusterStack: false });
  const { bootId } = state;
  await stopStack(state);
  // A node that has left already takes no vote with it again.
  if (!state.isStackStopped) await awaitQuorumWithout(state);
  await proveHeld(state);
  if (state.bootId !== bootId) return;
  state.enter('restarting', reasons.join('; '));
  state.restartAsked = { bootId, reasons };
  const asked = { cluster, node, run, pass: state.restarts.length + 1 };
  await quickStep(cluster, node, `restart ${node}: ${reasons.join('; ').slice(0, 100)}`).restartNode({ ...asked, expectedBootId: bootId });
  try {
    const timeoutMs = durationMs(options.restartTimeout);
    const confirmed = await waiting(state.waits, 'nextBoot', { node }, timeoutMs, (wait) =>
      nextBoot(wait, cluster, node, timeoutMs, `wait for the next boot of ${node}`).confirmRestarted({ ...asked, previousBootId: bootId }),
    );
    takeRestart(state, confirmed.bootId, reasons);
  } catch (error) {
    const { code } = failureFrom(error);
    if (code !== 'NodeUnreachable' && code !== 'StillOldBoot') throw error;
    const how = code === 'StillOldBoot' ? 'was told to restart and did not do so' : 'did not come back';
    throw new CauError('RestartTimeout', `${node} ${how} within ${options.restartTimeout} of its restart.`, { where: node });
  }
}
