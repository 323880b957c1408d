/** That another run is at work on the cluster. */
import { CauError } from './errors.js';
import type { RunReference } from './names.js';

/** What is known of the run that is at work. */
export interface BusyWith {
  readonly holder: RunReference;
  readonly phase: string;
  readonly since: string;
}

/** What a run is refused with then. */
export function clusterBusy(cluster: string, { holder, phase, since }: BusyWith): CauError {
  return new CauError('ClusterBusy', `Cluster ${cluster} is being updated by run ${holder.workflowId} (phase ${phase}) since ${since}.`, {
    where: holder.workflowId,
    facts: { holder: holder.workflowId, phase, since },
  });
}
