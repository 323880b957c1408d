/** Into maintenance mode: facts first, then hold and drain; and the proof, asked again and again, that it is still so. */
import type { Update } from '../domain/updates.js';
import { findNode, fullMembers, type ClusterDescription } from '../domain/cluster.js';
import { mustDrain, type DrainFacts } from '../domain/drain-need.js';
import { findDrainObstacle } from '../domain/drainable.js';
import { durationMs } from '../domain/duration.js';
import { CauError } from '../domain/errors.js';
import { baselineOf, rolesDown, withoutRoles } from '../domain/placement.js';
import { asRemedy } from '../domain/operators-wish.js';
import { reasonToSkip } from '../domain/plan.js';
import type { WatchAnswer } from '../domain/ports/activities.js';
import type { Steering } from '../domain/steering.js';
import { renderVerdict } from '../domain/verdict.js';
import { stopStackFor } from './cluster-stack.js';
import { fail, failureFrom } from './failures.js';
import type { NodeState } from './node-state.js';
import { awaitQuorumAndCapacity } from './quorum-guard.js';
import { chooseSteering, endSteering } from './steering.js';
import { seeMoves, watch } from './node-watch.js';
import { noticeRestart } from './unplanned-restart.js';
import type { Condition } from './witnesses.js';
import { quickStep } from './workers.js';

const proveMs = 5000;
const provePatienceMs = 10_000;

/** Facts of the node and the cluster before anything is touched; refuses what must not be drained. */
export async function prepare(state: NodeState): Promise<void> {
  const { cluster, node, drain = true, options } = state.order;
  state.enter('preparing', 'who is there, and may the node be drained?');
  const identifying = quickStep(cluster, node, `${node}: boot id and state`)
    .identifyNode({ cluster, node })
    .catch((error: unknown) => failureFrom(error));
  const description = await (drain ? awaitQuorumAndCapacity(state) : state.witnesses.describe(node));
  state.seeMembers(description.nodes.map((one) => one.name));
  // Nobody waits for the worker of a node that is left out: it may be as dead as the node.
  refuseIfSkipped(description, node, options.includeStandby);
  const identity = await identifying;
  if ('code' in identity) return fail(identity);
  state.bootId = identity.bootId;
  // A last member has nobody who could see it leave, or fence it; its init system stops the stack at a restart.
  state.canStopStack = identity.stopsStack && fullMembers(description).some((one) => one.name !== node);
  if (drain) refuseObstacle(description, node);
  state.isFencingOn = description.fencing.enabled;
  state.baseline = baselineOf(description);
  state.placement = state.baseline.roles;
}

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

function refuseIfSkipped(description: ClusterDescription, node: string, includeStandby: boolean): void {
  const reason = reasonToSkip(description, node, includeStandby);
  if (reason === null) return;
  const seen = findNode(description, node);
  const code = seen === undefined ? 'NodeVanished' : seen.online ? 'RefusedByOperator' : 'NodeOffline';
  throw new CauError(code, `${node} is ${reason.because}.`, { where: node, ...(reason.wayOut === null ? {} : { remedy: asRemedy(reason.wayOut) }) });
}

function refuseObstacle(description: ClusterDescription, node: string): void {
  const obstacle = findDrainObstacle(description, node);
  if (obstacle !== null) fail(obstacle);
}

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
  // With its stack stopped the node may be the very one whose vote is missing: it is not held back for long then.
  const patienceMs = state.isStackStopped ? provePatienceMs : undefined;
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
