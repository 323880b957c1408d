/** When is a node drained? Three facts, not one: nothing pending, nothing active there, no role lost on the way. */
import { findNode, isServing, type ClusterSight, type WatchedCluster } from './cluster.js';
import { createFailure } from './errors.js';
import { isSameRun, type RunReference } from './names.js';
import { isPartlyDown, type Baseline } from './placement.js';
import { verdictOf, type Verdict } from './verdict.js';

/**
 * Whether the node takes no roles by this run's own wish, has none left, and every role that served still serves.
 * `HoldBroken` when somebody lifted the standby, `DrainFailed` when a stop failed for good, `RoleNotManaged` when the
 * cluster leaves an instance there alone (Pacemaker then reports the node drained while it still serves).
 */
export function decideDrained(cluster: WatchedCluster, nodeName: string, run: RunReference, baseline: Baseline): Verdict {
  const empty = decideEmpty(cluster, nodeName, run);
  if (empty.state === 'impossible') return empty;
  const reasons = [...(empty.state === 'waiting' ? empty.reasons : []), ...lostRoles(cluster, baseline)];
  if (cluster.idle === false) reasons.push('the cluster has actions pending');
  return verdictOf(reasons);
}

/**
 * Whether the node is held by this run and nothing is left on it, however the rest of the cluster stands: while other nodes are drained or
 * come back at the same time there is always something pending, and a role on its way.
 */
export function decideEmpty(cluster: ClusterSight, nodeName: string, run: RunReference): Verdict {
  const held = decideHeld(cluster, nodeName, run);
  if (held.state !== 'met') return held;
  const there = cluster.roles.flatMap((role) =>
    role.instances.filter((instance) => instance.node === nodeName && instance.state !== 'Stopped').map((instance) => ({ role: role.id, ...instance })),
  );
  const blocked = there.find((instance) => instance.blocked);
  if (blocked !== undefined) {
    const message = `The cluster could not stop "${blocked.resource}" (role "${blocked.role}") on ${nodeName} and does not try again.`;
    return { state: 'impossible', failure: createFailure('DrainFailed', message, { where: blocked.role, facts: { blocked: blocked.resource } }) };
  }
  const unmanaged = there.find((instance) => !instance.managed);
  if (unmanaged !== undefined) {
    return impossible('RoleNotManaged', `"${unmanaged.resource}" runs on ${nodeName} and the cluster is told not to manage it.`, unmanaged.resource);
  }
  return verdictOf(there.map((instance) => `"${instance.resource}" is ${instance.state} on ${nodeName}`));
}

/**
 * Whether the node is still held by this run, in standby unless it serves meanwhile. Asked again right before anything is installed and before a restart: an
 * operator may have lifted the standby meanwhile, and his word is final.
 */
export function decideHeld(cluster: ClusterSight, nodeName: string, run: RunReference): Verdict {
  const node = findNode(cluster, nodeName);
  if (node === undefined) return impossible('NodeVanished', `${nodeName} is not a node of cluster ${cluster.cluster} any more.`, nodeName);
  if (node.hold === null)
    return impossible('HoldBroken', `Somebody removed the maintenance mode that the run had set on ${nodeName}${lastChange(cluster)}.`, nodeName);
  if (!isSameRun(node.hold.run, run)) {
    return impossible('HoldBroken', `${nodeName} is held by another run, ${node.hold.run.workflowId}.`, nodeName);
  }
  if (!node.hold.intact || (!node.standby && node.hold.standby !== 'none')) {
    return impossible('HoldBroken', `Somebody lifted the standby that the run had set on ${nodeName}${lastChange(cluster)}.`, nodeName);
  }
  return { state: 'met' };
}

/** Most likely it was that. */
const lastChange = ({ lastChange: last }: ClusterSight) => (last === undefined ? '' : `; the configuration of the cluster was changed last by ${last}`);

/** Roles that served before, are wanted, and serve nowhere now, or in part only. */
export function lostRoles(cluster: ClusterSight, baseline: Baseline): string[] {
  return baseline.roles
    .filter((was) => was.serving > 0)
    .flatMap((was) => {
      const role = cluster.roles.find((candidate) => candidate.id === was.role);
      if (role === undefined || !role.wanted) return [];
      const serving = role.instances.filter((instance) => isServing(instance.state));
      if (serving.length === 0) return [`role "${was.role}" serves nowhere`];
      if (isPartlyDown(was, serving.length)) return [`role "${was.role}" has ${serving.length} of ${was.serving} instances`];
      const isPromoted = serving.some((instance) => instance.state === 'Promoted');
      return was.promoted.length > 0 && !isPromoted ? [`role "${was.role}" has no promoted copy`] : [];
    });
}

function impossible(code: 'RoleNotManaged' | 'HoldBroken' | 'NodeVanished', message: string, where: string): Verdict {
  return { state: 'impossible', failure: createFailure(code, message, { where }) };
}
