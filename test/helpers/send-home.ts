/** Roles of a simulated cluster, taken to where they prefer to be. */
import type { SimulatedRole } from '../../clusters/simulated/model.js';
import type { SimulatedCluster } from '../../clusters/simulated/simulated-cluster.js';
import type { ClusterDescription } from '../../domain/cluster.js';

interface Membership {
  readonly nodes: readonly string[];
  readonly roles: readonly SimulatedRole[];
}

const homeMs = 30_000;

/** As an operator does it: roles that stick to where faults or their first start took them serve where they prefer to be. */
export async function sendHome(cluster: SimulatedCluster, { nodes, roles }: Membership): Promise<void> {
  await cluster.until((seen) => seen.idle, homeMs);
  for (const { id, kind, prefers } of roles) {
    const isHome = (seen: ClusterDescription) => seen.idle && seen.roles.some((role) => role.id === id && role.instances.some(({ node }) => node === prefers));
    if (kind !== 'primitive' || prefers === undefined || isHome(cluster.description())) continue;
    const others = nodes.filter((node) => node !== prefers);
    for (const node of others) cluster.operatorStandby(node, 'on');
    await cluster.until(isHome, homeMs);
    for (const node of others) cluster.operatorStandby(node, 'off');
    await cluster.until((seen) => isHome(seen) && seen.promotionScores.length === copiesIn(roles), homeMs);
  }
}

function copiesIn(roles: Membership['roles']): number {
  return roles.reduce((sum, { copies = [] }) => sum + copies.length, 0);
}
