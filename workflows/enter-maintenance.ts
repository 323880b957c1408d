/** Into maintenance mode: hold and drain. */
import { mustDrain, type DrainFacts } from '../domain/drain-need.js';
import { durationMs } from '../domain/duration.js';
import { CauError } from '../domain/errors.js';
import { rolesDown, withoutRoles } from '../domain/placement.js';
import type { WatchAnswer } from '../domain/ports/activities.js';
import type { Steering } from '../domain/steering.js';
import { renderVerdict } from '../domain/verdict.js';
import { stopStackFor } from './cluster-stack.js';
import { failureFrom } from './failures.js';
import type { NodeState } from './node-state.js';
import { awaitQuorumAndCapacity } from './quorum-guard.js';
import { chooseSteering, endSteering } from './steering.js';
import { seeMoves, watch } from './node-watch.js';
import { refuseObstacle } from './prepare-node.js';

/** What else is on the node when it was waited for as long as allowed is known at once. */
const proveMs = 5000;

/** Holds the node and, unless it is to serve meanwhile, waits until it is drained; then, where that is asked for, stops its cluster stack. */
export async function enterMaintenance(state: NodeState): Promise<void> {
  const { drain = true, updates, options } = state.order;
  state.stopHere();
  if (drain) await holdAndDrain(state);
  else {
    await hold(state, { serving: true });
    if (!state.isServing) state.notes.push(`Its roles were left on it (drainWhen ${options.drainWhen}).`);
    state.isServing = true;
  }
  await stopStackFor(state, updates);
}

/** A node that serves while it is worked on is drained after all, where these are what it must be drained for. */
export async function drainIfNeeded(state: NodeState, facts: DrainFacts): Promise<void> {
  const { node, options } = state.order;
  if (!state.isServing || !mustDrain(options, facts)) return;
  refuseObstacle(await awaitQuorumAndCapacity(state), node);
  await holdAndDrain(state, () => {
    state.isServing = false;
    state.notes.push('It was drained when a restart, or an update of the cluster stack, turned up.');
  });
}

async function holdAndDrain(state: NodeState, onHeld: () => void = () => undefined): Promise<void> {
  const steering = await chooseSteering(state);
  await hold(state, steering === null ? { serving: false } : { serving: false, steering });
  onHeld();
  await drainNode(state);
  if (steering !== null) await endSteering(state);
}

async function hold(state: NodeState, { serving, steering }: { readonly serving: boolean; readonly steering?: Steering }): Promise<void> {
  const { node, run, limit, options } = state.order;
  const { includeStandby, releaseAfter } = options;
  state.enter('holding', serving ? 'mark the node as being worked on' : 'set maintenance mode');
  state.heldAt ??= new Date();
  const terms =
    includeStandby || serving || steering !== undefined ? { terms: { includeStandby, serving, ...(steering === undefined ? {} : { steering }) } } : {};
  try {
    await state.witnesses.ask({
      summary: `hold ${node}`,
      not: node,
      ask: (activities, target) => activities.holdNode({ ...target, held: node, run, limit, releaseAfter, ...terms }),
    });
  } catch (error) {
    // The cluster's own word that there is no hold of ours: nothing is to be undone then. Any other failure may have left one.
    const { code } = failureFrom(error);
    if ((code === 'RefusedByOperator' || code === 'ClusterBusy') && !state.isStackStopped) state.heldAt = null;
    throw error;
  }
}

async function drainNode(state: NodeState): Promise<void> {
  const { node, options } = state.order;
  state.enter('draining', 'roles leave the node');
  const allowed = state.outages;
  const seen = await watch(state, 'drained', durationMs(options.drainTimeout), `wait until ${node} is drained`);
  const drained = seen.verdict.state === 'waiting' && options.forceDrain ? await forceDrain(state, seen) : seen;
  if (drained.verdict.state === 'waiting') {
    throw new CauError('DrainFailed', `${node} is not drained after ${options.drainTimeout}: ${renderVerdict(drained.verdict)}.`, { where: node });
  }
  state.notes.push(...allowed.map((role) => `Role "${role}" has no other place and is down while ${node} is away (allowOutage).`));
  seeMoves(state, drained, 'drain');
}

/** Roles that left the node and came up nowhere are not waited for any longer; what still runs there, or is under way, is. */
async function forceDrain(state: NodeState, seen: WatchAnswer): Promise<WatchAnswer> {
  const { node, options } = state.order;
  const down = rolesDown(withoutRoles(state.baseline, state.outages), seen.placement);
  state.outages = [...state.outages, ...down];
  const answer = await watch(state, 'drained', proveMs, `prove that ${node} is empty, ${down.join(', ')} being down`);
  if (answer.verdict.state !== 'met') return answer;
  state.notes.push(...down.map((role) => `Role "${role}" served nowhere when ${node} was drained for ${options.drainTimeout} (forceDrain).`));
  // What failed of these roles elsewhere stays for somebody to look at; it must not count against the node when it is back.
  const { roles, failedActions } = await state.witnesses.describe(node, `what failed of ${down.join(', ')}?`);
  const resources = new Set(roles.filter((role) => down.includes(role.id)).flatMap((role) => role.resources));
  const known = failedActions.filter((action) => resources.has(action.resource)).map((action) => action.id);
  state.forgiven = known;
  state.baseline = { ...state.baseline, failedActions: [...state.baseline.failedActions, ...known] };
  return answer;
}
