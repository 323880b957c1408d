import { fullMembers } from '../cluster.js';
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

/** Offline nodes are left out of a run unless it is told how many may be. */
export const allOnlineRule: ReadinessRule = {
  id: 'nodes.online',
  severity: 'blocking',
  remedy: 'Bring the nodes online, or let more of them be offline (requireAllNodesOnline, maxOfflineNodes).',
  check: ({ cluster, options: { requireAllNodesOnline, maxOfflineNodes } }) => {
    const offline = cluster.nodes.filter((node) => node.kind === 'member' && !node.online).map((node) => node.name);
    const allowed = requireAllNodesOnline ? 0 : maxOfflineNodes;
    if (allowed === 'any' || offline.length <= allowed) return [];
    return [`${offline.join(', ')} ${offline.length === 1 ? 'is' : 'are'} offline; ${allowed === 0 ? 'no node' : allowed} may be.`];
  },
};

/** Where nobody is left to take the roles, an update is an outage: that must be meant. */
export const aloneRule: ReadinessRule = {
  id: 'nodes.alone',
  severity: 'blocking',
  remedy: 'Bring another node back into service, or allow the outage (allowOutage).',
  check: ({ cluster, nodes, options }) => {
    const able = fullMembers(cluster).filter((node) => !node.standby && !node.maintenance);
    const [only] = able;
    if (options.allowOutage || able.length > 1 || only === undefined || !nodes.includes(only.name)) return [];
    return [`${only.name} is the only node that can run roles: they would be down while it is updated.`];
  },
};

/** A node that was asked for by name must be there; a misspelt one in the order would otherwise be passed over in silence. */
export const knownNodesRule: ReadinessRule = {
  id: 'nodes.known',
  severity: 'blocking',
  remedy: 'Correct the name.',
  check: ({ cluster, nodes, options }) => {
    const isUnknown = (name: string) => !cluster.nodes.some((node) => node.name === name);
    const are = `of cluster ${cluster.cluster}; its nodes are ${cluster.nodes.map((node) => node.name).join(', ')}.`;
    const ordered = Array.isArray(options.order) ? options.order : [];
    return [
      ...nodes.filter(isUnknown).map((name) => `"${name}" is not a node ${are}`),
      ...ordered.filter(isUnknown).map((name) => `The option order names "${name}", which is not a node ${are}`),
    ];
  },
};
