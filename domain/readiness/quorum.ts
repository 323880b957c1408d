import type { ReadinessRule } from './rule.js';

/** Without quorum nothing can be moved, and every change risks losing the majority's configuration. */
export const quorumRule: ReadinessRule = {
  id: 'cluster.quorum',
  severity: 'blocking',
  remedy: 'Bring enough nodes online that the cluster has quorum.',
  check: ({ cluster }) =>
    cluster.quorum.quorate ? [] : [`Cluster ${cluster.cluster} has no quorum: ${cluster.quorum.votes} of ${cluster.quorum.needed} needed votes are present.`],
};
