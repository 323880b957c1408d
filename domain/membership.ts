/** When is a node a full member again, and when has it left in order? */
import { findNode, type ClusterSight } from './cluster.js';
import { lostRoles } from './drained.js';
import type { Baseline } from './placement.js';
import { verdictOf, type Verdict } from './verdict.js';

/**
 * Whether the node is a full member in the eyes of this witness. One witness alone lies: others still show the old
 * membership right after a quick restart, and a node that is cut off shows itself online. So a run asks for a new
 * boot id, the node's own view and another member's view.
 */
export function decideMember(cluster: ClusterSight, nodeName: string): Verdict {
  const node = findNode(cluster, nodeName);
  const seenBy = `as ${cluster.witness.node} sees it`;
  const reasons: string[] = [];
  if (!cluster.witness.quorate) reasons.push(`${cluster.witness.node} has no quorum`);
  if (node === undefined) reasons.push(`${nodeName} is unknown, ${seenBy}`);
  else {
    if (!node.online) reasons.push(`${nodeName} is offline, ${seenBy}`);
    if (node.pending) reasons.push(`${nodeName} is joining, ${seenBy}`);
    if (node.unclean) reasons.push(`${nodeName} is unclean, ${seenBy}`);
  }
  return verdictOf(reasons);
}

/**
 * Whether the node left the cluster in order: offline, clean, and expected to be down. Only then may it be restarted
 * without being fenced or making the others wait.
 */
export function decideLeft(cluster: ClusterSight, nodeName: string): Verdict {
  const node = findNode(cluster, nodeName);
  if (node === undefined) return { state: 'met' };
  const reasons: string[] = [];
  if (node.online) reasons.push(`${nodeName} is still online`);
  if (node.unclean) reasons.push(`${nodeName} is unclean`);
  if (node.expectedUp) reasons.push(`${nodeName} is still expected to be up`);
  return verdictOf(reasons);
}

/** Whether a node that was not drained left in order, and every role that served still does: what ran there runs elsewhere by now. */
export function decideVacated(cluster: ClusterSight, nodeName: string, baseline: Baseline): Verdict {
  const left = decideLeft(cluster, nodeName);
  return verdictOf([...(left.state === 'waiting' ? left.reasons : []), ...lostRoles(cluster, baseline)]);
}
