/** Out of maintenance mode: a full member again, released, and everything back where it was. */
import { durationMs } from '../domain/duration.js';
import { CauError } from '../domain/errors.js';
import { renderVerdict } from '../domain/verdict.js';
import { failBackToNode } from './failback.js';
import type { NodeState } from './node-state.js';
import { nodeStep } from './node-step.js';
import { seeMoves, watch } from './node-watch.js';
import { noticeRestart, seeBoot } from './unplanned-restart.js';
import { waiting, type Waiting } from './waiting.js';
import { watchInput } from './witnesses.js';
import { question, quickStep } from './workers.js';

/** Waits until the node is a full member, then releases it and waits until roles, copies and scores are back. */
export async function leaveMaintenance(state: NodeState): Promise<void> {
  const { node, run, options } = state.order;
  await rejoin(state);
  state.enter('releasing', 'end maintenance mode');
  await state.witnesses.ask({ summary: `release ${node}`, not: node, ask: (activities, target) => activities.releaseNode({ ...target, held: node, run }) });
  state.releasedAt ??= new Date();
  state.enter('settling', 'roles, copies and promotion scores come back');
  const settled = await watch(state, 'settled', durationMs(options.settleTimeout), 'wait until roles and copies are back');
  if (settled.verdict.state === 'waiting') {
    throw new CauError('GateFailed', `The cluster did not settle within ${options.settleTimeout} after ${node} came back: ${renderVerdict(settled.verdict)}.`, {
      where: node,
    });
  }
  seeMoves(state, settled, 'return');
  await failBackToNode(state);
}

/**
 * A full member again, and nothing runs there behind the cluster's back. The latter is asked before the stack is started,
 * since whatever a joining node has running the cluster recovers on a healthy one; after a restart the stack starts by itself.
 */
async function rejoin(state: NodeState): Promise<void> {
  const { cluster, node } = state.order;
  // One that restarted as it was told is known to be there; any other may have restarted by itself since it was seen last.
  if (!state.isRejoining) await Promise.all([refuseStrayResources(state), noticeRestart(state)]);
  if (state.isRejoining) {
    state.enter('rejoining', 'the node becomes a full member again');
    await Promise.all([refuseStrayResources(state), awaitMembership(state)]);
  } else {
    if (!state.isStackStopped) return;
    state.enter('rejoining', 'the node becomes a full member again');
    await quickStep(cluster, node, `start the cluster stack of ${node}`).startClusterStack({ cluster, node });
    await awaitMembership(state);
  }
  state.isStackStopped = false;
  state.hasLeft = false;
  state.isRejoining = false;
}

async function refuseStrayResources(state: NodeState): Promise<void> {
  const { cluster, node } = state.order;
  const step = { what: 'looks for resources that the cluster does not know of', summary: `${node}: resources that the cluster does not know of` };
  const strays = await nodeStep(state, step, (activities) => activities.findStrayResources({ cluster, node }));
  if (strays.length === 0) return;
  throw new CauError(
    'UnexpectedService',
    `${strays.join(', ')} runs on ${node} although the cluster did not start it there; a release of the node would disturb it elsewhere.`,
    { where: strays[0] ?? node },
  );
}

/** By another member's view and by its own, which tells of a restart since the last look at the node, too. */
async function awaitMembership(state: NodeState): Promise<void> {
  const { node, options } = state.order;
  const timeoutMs = durationMs(options.restartTimeout);
  const until = Date.now() + timeoutMs;
  const seen = await watch(state, 'member', timeoutMs, `wait until others see ${node} as a full member`);
  if (seen.verdict.state === 'waiting')
    throw new CauError('RejoinTimeout', `${node} is not a full member after ${options.restartTimeout}: ${renderVerdict(seen.verdict)}.`, { where: node });
  await waiting(state.waits, 'membership', { node }, until - Date.now(), (wait) => awaitOwnView(state, wait));
}

async function awaitOwnView(state: NodeState, wait: Waiting): Promise<void> {
  const { cluster, node, options } = state.order;
  const timeoutMs = durationMs(options.restartTimeout);
  for (;;) {
    try {
      const own = await question(cluster, node, 13_000, `${node}: its own view of its membership`).watchCluster({
        cluster,
        node,
        ...watchInput({ condition: 'member', node, run: state.order.run, timeoutMs, summary: '' }, 10_000),
      });
      if (own.verdict.state === 'met') {
        seeBoot(state, own.witness.bootId);
        return;
      }
      wait.because(renderVerdict(own.verdict));
      state.say(renderVerdict(own.verdict));
    } catch (error) {
      if (wait.leftMs() === 0) throw error;
      await wait.sleep(500, `ask ${node} again`);
    }
    if (wait.leftMs() === 0)
      throw new CauError('RejoinTimeout', `${node} does not see itself as a full member after ${options.restartTimeout}.`, { where: node });
  }
}
