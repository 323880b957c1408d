/** A member without quorum may not speak for the cluster. */
import type { ClusterSight } from '../domain/cluster.js';
import { CauError } from '../domain/errors.js';

/** @throws CauError `NoQuorumHere`: another member is asked */
export function requireQuorate({ cluster, witness }: ClusterSight): void {
  if (witness.quorate) return;
  throw new CauError('NoQuorumHere', `${witness.node} is not in a part of cluster ${cluster} that has quorum.`, { where: witness.node });
}
