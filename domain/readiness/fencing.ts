import type { ReadinessRule } from './rule.js';

/** With fencing wanted but no device, Pacemaker starts no resource at all after a node was lost. */
export const fencingDeviceRule: ReadinessRule = {
  id: 'fencing.device',
  severity: 'blocking',
  remedy: 'Configure a fencing device or a watchdog that nodes fence themselves with, or turn fencing off if you know what that risks.',
  check: ({ cluster }) =>
    cluster.fencing.enabled && cluster.fencing.devices.length === 0
      ? [`Fencing is enabled in cluster ${cluster.cluster}, but there is no fencing device.`]
      : [],
};

/** Without fencing a node that is cut off keeps its roles while others start them too. */
export const fencingEnabledRule: ReadinessRule = {
  id: 'fencing.enabled',
  severity: 'warning',
  remedy: 'Configure fencing; without it a lost node can run roles twice.',
  check: ({ cluster }) => (cluster.fencing.enabled ? [] : [`Fencing is off in cluster ${cluster.cluster}.`]),
};
