/** May the node be drained now? Asked right before the hold: states in which a drain would be a lie are refused. */
import { rolesOn, type ClusterDescription } from './cluster.js';
import { createFailure, type Failure } from './errors.js';

/** Why a drain of the node would not be true, or null. */
export function findDrainObstacle(cluster: ClusterDescription, node: string): Failure | null {
  const refuse = (message: string, where: string) => createFailure('RoleNotManaged', message, { where });
  if (cluster.maintenanceMode)
    return refuse(`Cluster ${cluster.cluster} has maintenance-mode set: roles would stay on ${node} while it looks drained.`, 'maintenance-mode');
  if (cluster.stopAllResources) return refuse(`Cluster ${cluster.cluster} has stop-all-resources set.`, 'stop-all-resources');
  for (const role of rolesOn(cluster, node)) {
    for (const instance of role.instances) {
      if (instance.node !== node || instance.state === 'Stopped') continue;
      if (!instance.managed) return refuse(`"${instance.resource}" runs on ${node} and the cluster is told not to manage it.`, instance.resource);
      if (instance.blocked)
        return createFailure('DrainFailed', `"${instance.resource}" is blocked on ${node}: the cluster can do nothing more with it.`, {
          where: instance.resource,
        });
    }
  }
  return null;
}

/**
 * Whether the cluster stack of the node should be stopped while updates are installed: as asked, or for `auto` when the
 * stack itself is updated, or when a stall of the busy node would get it fenced in the middle of an installation. A node that serves
 * meanwhile keeps its stack as long as that is not updated itself: stopping it would take the roles away after all.
 */
export function mustStopStack(isFencingOn: boolean, option: 'keep' | 'stop' | 'auto', touchesStack: boolean, isServing = false): boolean {
  if (option !== 'auto') return option === 'stop';
  return touchesStack || (isFencingOn && !isServing);
}
