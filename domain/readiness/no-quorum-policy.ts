import type { Quorum } from '../cluster.js';
import { quorumMargin } from '../quorum.js';
import type { ReadinessRule } from './rule.js';

type Policy = Quorum['withoutQuorum'];

const costs: Readonly<Partial<Record<Policy, string>>> = {
  suicide: 'every member of a part that loses its quorum is fenced: while one node is out, the loss of others would end them all',
  ignore: 'a part without quorum serves on: what is cut off may run roles that run elsewhere too',
};

/** Where lost quorum means that every member is fenced, a cluster that can spare no vote is not touched at all. */
export const suicideRule: ReadinessRule = {
  id: 'quorum.margin',
  severity: 'blocking',
  remedy: 'Bring the missing nodes back, or choose another no-quorum-policy.',
  check: ({ cluster }) =>
    cluster.quorum.withoutQuorum === 'suicide' && cluster.quorum.quorate && quorumMargin(cluster) === 0
      ? [`Cluster ${cluster.cluster} can spare no vote, and has no-quorum-policy=suicide: taking a node out would have all others fenced.`]
      : [],
};

/** What the loss of quorum would cost, where that is more than stopped roles. */
export const noQuorumPolicyRule: ReadinessRule = {
  id: 'quorum.policy',
  severity: 'warning',
  remedy: 'Nothing, if that is meant; the run itself never gives up quorum.',
  check: ({ cluster }) => {
    const cost = costs[cluster.quorum.withoutQuorum];
    return cost === undefined ? [] : [`Cluster ${cluster.cluster} has no-quorum-policy=${cluster.quorum.withoutQuorum}: ${cost}.`];
  },
};
