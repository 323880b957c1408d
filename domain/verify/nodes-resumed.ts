/** Invariant 4: whatever the run drained serves again, or is kept on purpose. */
import { isSameRun } from '../names.js';
import type { Invariant } from './finding.js';

export const nodesResumed: Invariant = {
  number: 4,
  id: 'nodes.resumed',
  title: 'Every node that the run drained is resumed, or kept with a reason; nothing of the run is left in the cluster',
  check({ run }, { cluster, noCluster, isCleaningUp }) {
    if (cluster === null) return { broken: [], unknown: [`the holds: ${noCluster ?? 'nobody could be asked'}`], basis: 'nothing' };
    const left = cluster.nodes.flatMap(({ name, hold }) => (hold !== null && isSameRun(hold.run, run) ? [{ name, ...hold }] : []));
    // Somebody who ended the standby of a kept node did what its report asks for; its record goes with the next run.
    const kept = left.filter((hold) => hold.kept !== null && hold.kept.trim() !== '');
    const lease = cluster.lease !== null && isSameRun(cluster.lease.run, run) ? [`the lease of the cluster is still that of run ${run.workflowId}`] : [];
    const forgotten = left
      .filter((hold) => !kept.includes(hold))
      .map(({ name, intact, kept: reason }) => {
        if (!intact) return `${name} still has the record of a hold of run ${run.workflowId}, whose standby somebody lifted`;
        return reason === null ? `${name} is still held by run ${run.workflowId}, which is over` : `${name} is kept in maintenance mode without a reason`;
      });
    // Those of a run that is at work by now are its own.
    const preferences = cluster.lease === null || lease.length > 0 ? (cluster.preferences ?? []) : [];
    const steered = preferences.map(({ role, node }) => `role "${role}" is still steered to ${node}`);
    const found = [...lease, ...forgotten, ...steered];
    return {
      broken: isCleaningUp ? [] : found,
      unknown: isCleaningUp && found.length > 0 ? [`${found.join('; ')}; its guard is still cleaning up`] : [],
      basis: [
        `${cluster.nodes.length} nodes and the lease, as ${cluster.witness.node} sees them`,
        ...kept.map(({ name, intact, kept: reason }) => `${name} ${intact ? 'is kept' : 'was kept until somebody ended its standby'}: ${reason ?? ''}`),
      ].join('; '),
    };
  },
};
