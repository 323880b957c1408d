import type { ReadinessRule } from './rule.js';

const maxSkewMs = 5000;

/** A node without a worker cannot be updated, and cannot help to release another. */
export const workersRule: ReadinessRule = {
  id: 'nodes.worker',
  severity: 'blocking',
  remedy: 'Start "cau serve node" on it, or leave the node out with "nodes".',
  check: ({ cluster, nodes, workers }) =>
    cluster.nodes
      .filter((node) => nodes.includes(node.name) && node.kind === 'member' && node.online)
      .filter((node) => !workers.some((worker) => worker.node === node.name))
      .map((node) => `The worker of node ${node.name} does not answer.`),
};

/** A node whose cluster stack does not start at boot stays offline after its restart. */
export const stackAtBootRule: ReadinessRule = {
  id: 'cluster.enabled',
  severity: 'blocking',
  remedy: 'Enable it: "systemctl enable corosync pacemaker".',
  check: ({ workers }) => workers.filter((worker) => !worker.stackStartsAtBoot).map((worker) => `The cluster stack of ${worker.node} does not start at boot.`),
};

/** Pacemaker judges date rules by the clock of whichever member coordinates. */
export const clockRule: ReadinessRule = {
  id: 'nodes.clock',
  severity: 'blocking',
  remedy: 'Let all nodes keep the same time (chrony, systemd-timesyncd).',
  check: ({ workers }) =>
    workers
      .filter((worker) => Math.abs(worker.clockSkewMs) > maxSkewMs)
      .map((worker) => `The clock of ${worker.node} is ${Math.round(worker.clockSkewMs / 1000)} s away from the others; ${maxSkewMs / 1000} s are allowed.`),
};
