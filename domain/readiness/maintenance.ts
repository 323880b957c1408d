import type { ReadinessRule } from './rule.js';

/** In these states a drain is a lie: the cluster says that a node is empty while its services still run there. */
export const maintenanceRule: ReadinessRule = {
  id: 'cluster.maintenance',
  severity: 'blocking',
  remedy: 'End it first, for instance "crm_attribute --type crm_config --name maintenance-mode --delete".',
  check: ({ cluster }) => [
    ...(cluster.maintenanceMode ? [`Cluster ${cluster.cluster} has maintenance-mode set: it would move no role.`] : []),
    ...(cluster.stopAllResources ? [`Cluster ${cluster.cluster} has stop-all-resources set: no role runs.`] : []),
    ...cluster.nodes.filter((node) => node.maintenance).map((node) => `Node ${node.name} is in maintenance: its roles would not be moved.`),
  ],
};
