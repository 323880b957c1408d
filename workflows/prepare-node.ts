/** The facts of a node and its cluster, before anything is touched. */
import { findNode, fullMembers, type ClusterDescription } from '../domain/cluster.js';
import { findDrainObstacle } from '../domain/drainable.js';
import { CauError } from '../domain/errors.js';
import { baselineOf } from '../domain/placement.js';
import { asRemedy } from '../domain/operators-wish.js';
import { reasonToSkip } from '../domain/plan.js';
import { fail, failureFrom } from './failures.js';
import type { NodeState } from './node-state.js';
import { awaitQuorumAndCapacity } from './quorum-guard.js';
import { quickStep } from './workers.js';

/** Reads them, and refuses what must not be drained. */
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

function refuseIfSkipped(description: ClusterDescription, node: string, includeStandby: boolean): void {
  const reason = reasonToSkip(description, node, includeStandby);
  if (reason === null) return;
  const seen = findNode(description, node);
  const code = seen === undefined ? 'NodeVanished' : seen.online ? 'RefusedByOperator' : 'NodeOffline';
  throw new CauError(code, `${node} is ${reason.because}.`, { where: node, ...(reason.wayOut === null ? {} : { remedy: asRemedy(reason.wayOut) }) });
}

/** @throws CauError where something keeps the node from being drained */
export function refuseObstacle(description: ClusterDescription, node: string): void {
  const obstacle = findDrainObstacle(description, node);
  if (obstacle !== null) fail(obstacle);
}
