import type { ReadinessRule } from './rule.js';

/** A node that is joining, leaving or unclean makes the cluster's answers about to change. */
export const membershipRule: ReadinessRule = {
  id: 'nodes.stable',
  severity: 'blocking',
  remedy: 'Wait until the node is a full member or cleanly offline.',
  check: ({ cluster }) =>
    cluster.nodes.flatMap((node) => {
      if (node.unclean) return [`Node ${node.name} is unclean: it failed and was not fenced yet.`];
      return node.online && node.pending ? [`Node ${node.name} is joining the cluster.`] : [];
    }),
};

/** Offline nodes are left out of a run unless it is told that all must be there. */
export const allOnlineRule: ReadinessRule = {
  id: 'nodes.online',
  severity: 'blocking',
  remedy: 'Bring the node online, or leave out requireAllNodesOnline.',
  check: ({ cluster, options }) =>
    options.requireAllNodesOnline ? cluster.nodes.filter((node) => node.kind === 'member' && !node.online).map((node) => `Node ${node.name} is offline.`) : [],
};

/** A node that was asked for by name must be there. */
export const knownNodesRule: ReadinessRule = {
  id: 'nodes.known',
  severity: 'blocking',
  remedy: 'Correct the name.',
  check: ({ cluster, nodes }) =>
    nodes
      .filter((name) => !cluster.nodes.some((node) => node.name === name))
      .map((name) => `"${name}" is not a node of cluster ${cluster.cluster}; its nodes are ${cluster.nodes.map((node) => node.name).join(', ')}.`),
};
