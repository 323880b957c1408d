/** When has a cluster settled after a node came back? Replicas must be ready, not merely started. */
import { isServing, type ClusterSight, type FailedAction, type WatchedCluster } from './cluster.js';
import { lostRoles } from './drained.js';
import { isPartlyDown, type Baseline, type RolePlacement } from './placement.js';
import { verdictOf, type Verdict } from './verdict.js';

/**
 * Whether every role has as many serving instances as before, every promotion score is back at its former value (an
 * agent reports it only when its copy is in sync: the next drain could otherwise promote stale data), nothing of the node failed
 * anew and nothing is pending. A node that is in standby, by an operator's wish, since it was kept or since it is being worked on
 * itself, can have no copies: those are not waited for.
 */
export function decideSettled(cluster: WatchedCluster, baseline: Baseline, node: string): Verdict {
  const reasons = lostRoles(cluster, baseline);
  const away = cluster.nodes.filter((node) => node.standby).map((node) => node.name);
  for (const was of baseline.roles) {
    const role = cluster.roles.find((candidate) => candidate.id === was.role);
    if (role === undefined || !role.wanted) continue;
    const serving = role.instances.filter((instance) => isServing(instance.state)).length;
    const due = instancesDue(was, away);
    // Of a role with one place that is said already.
    if (serving > 0 && serving < due && !isPartlyDown(was, serving)) reasons.push(`role "${was.role}" has ${serving} of ${due} instances`);
  }
  reasons.push(...missingScores(cluster, { ...baseline, scores: baseline.scores.filter((score) => !away.includes(score.node)) }));
  reasons.push(
    ...failedAnew(cluster, baseline, node).map((action) => `${action.operation} of "${action.resource}" failed on ${action.node}: ${action.reason}`),
  );
  if (cluster.idle === false) reasons.push('the cluster has actions pending');
  return verdictOf(reasons);
}

/**
 * What failed since on the node, or of a role that it had or has. What fails elsewhere no update of this node did, and on a node that is being
 * worked on as well it is for its own update to judge.
 */
function failedAnew(cluster: WatchedCluster, baseline: Baseline, node: string): FailedAction[] {
  const atWork = cluster.nodes.filter(({ hold }) => hold?.intact === true && hold.kept === null).map(({ name }) => name);
  const before = baseline.roles.filter(({ on }) => on.includes(node)).map(({ role }) => role);
  const roles = cluster.roles.filter(({ id, instances }) => before.includes(id) || instances.some((instance) => instance.node === node));
  const resources = new Set(roles.flatMap((role) => role.resources));
  return cluster.failedActions
    .filter((action) => !baseline.failedActions.includes(action.id))
    .filter((action) => action.node === node || (resources.has(action.resource) && !atWork.includes(action.node)));
}

/** The instances that must serve: copies of clones on nodes that take no roles are left out, all other roles move. */
function instancesDue({ kind, serving, on }: RolePlacement, away: readonly string[]): number {
  if (kind !== 'clone' && kind !== 'promotable') return serving;
  return serving - on.filter((node) => away.includes(node)).length * Math.floor(serving / Math.max(1, on.length));
}

/**
 * Scores by resource, highest first: copies may have changed places with a move, so the values are compared, not the
 * nodes that hold them.
 */
function missingScores(cluster: ClusterSight, baseline: Baseline): string[] {
  const resources = [...new Set(baseline.scores.map((score) => score.resource))];
  return resources.flatMap((resource) => {
    const sorted = (scores: Baseline['scores']) =>
      scores
        .filter((score) => score.resource === resource)
        .map((score) => score.score)
        .toSorted((a, b) => b - a);
    const now = sorted(cluster.promotionScores);
    return sorted(baseline.scores).flatMap((was, index) => {
      const is = now[index];
      return is !== undefined && is >= was ? [] : [`a promotion score of "${resource}" is ${is ?? 'missing'}, it was ${was}`];
    });
  });
}
