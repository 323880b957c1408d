/** Which nodes could keep a role serving, each of them alone. */
import type { RolePlacement } from '../placement.js';
import type { RoleCandidates } from '../waves.js';
import type { ImaginedCluster } from '../ports/imagined-cluster.js';

/**
 * For each wanted role that serves: the nodes on which it would still serve if no other node took roles. A node that takes none now
 * is none of them. A promotable must have a promoted copy there, which Pacemaker gives only to a copy with a promotion score.
 */
export async function findCandidates(standing: ImaginedCluster): Promise<RoleCandidates[]> {
  const serving = standing.placement.filter((role) => standing.wanted.has(role.role) && role.on.length > 0);
  const candidates = new Map(serving.map((role) => [role.role, new Set<string>()]));
  for (const node of standing.open) {
    const alone = await standing.after({ away: standing.open.filter((other) => other !== node) });
    for (const was of serving) if (servesOn(node, was, alone.placement)) candidates.get(was.role)?.add(node);
  }
  return [...candidates].map(([role, nodes]) => ({ role, nodes: [...nodes] }));
}

function servesOn(node: string, was: RolePlacement, alone: readonly RolePlacement[]): boolean {
  const is = alone.find((role) => role.role === was.role);
  return (was.promoted.length > 0 ? is?.promoted : is?.on)?.includes(node) === true;
}
