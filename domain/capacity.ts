/** Can a node be taken out without a role going down? Told by the cluster's own prediction, since it alone knows its constraints. */
import type { ClusterDescription } from './cluster.js';
import type { PredictedMove } from './ports/cluster-driver.js';
import { verdictOf, type Verdict } from './verdict.js';

/** Wanted roles that serve now and, as the cluster predicts, would serve nowhere while the node is drained. */
export function rolesWithoutPlace(cluster: ClusterDescription, predicted: readonly PredictedMove[]): string[] {
  return predicted.filter((move) => move.when === 'drain' && move.to === null && isWanted(cluster, move.role)).map((move) => move.role);
}

/**
 * Whether every role that serves now, and is wanted, would still serve with the node drained. A role is wanting for a
 * place when no other node may run it, and a promotable when no other copy is ready to be promoted. With `allowOutage` it may be down
 * meanwhile.
 */
export function decideCapacity(cluster: ClusterDescription, leaving: string, predicted: readonly PredictedMove[], allowOutage = false): Verdict {
  const lost = allowOutage ? [] : rolesWithoutPlace(cluster, predicted);
  return verdictOf(lost.map((role) => `role "${role}" would serve nowhere without ${leaving}`));
}

/**
 * Whether the cluster can do now what a drain asks of it. What a node ran that failed and is not fenced yet starts nowhere
 * before that; one on its way in or out changes what the cluster decides; and without a fencing device that it counts on, Pacemaker starts nothing
 * once a node is lost. Nodes that a run holds are on their way by its own doing.
 */
export function decideStability(cluster: ClusterDescription, leaving: string, skipChecks: readonly string[] = []): Verdict {
  const others = cluster.nodes.filter(({ name, hold }) => name !== leaving && hold?.intact !== true);
  const isFencingLost = cluster.fencing.enabled && cluster.fencing.devices.length === 0 && !skipChecks.includes('fencing.device');
  return verdictOf([
    ...others.filter(({ unclean }) => unclean).map(({ name }) => `${name} failed and is not fenced yet`),
    ...others.filter(({ online, pending, unclean }) => online && pending && !unclean).map(({ name }) => `${name} is joining the cluster`),
    ...(isFencingLost ? ['fencing is on, and there is no fencing device any more'] : []),
  ]);
}

function isWanted(cluster: ClusterDescription, id: string): boolean {
  return cluster.roles.find((role) => role.id === id)?.wanted ?? false;
}
