/** The lease of the cluster: taken for a run, after what a closed run left was cleaned up. */
import type { ClusterDescription } from '../domain/cluster.js';
import { CauError } from '../domain/errors.js';
import type { RunReference } from '../domain/names.js';
import { failureFrom } from './failures.js';
import type { RunState } from './run-state.js';
import { coordinator } from './workers.js';

/**
 * Takes the lease in the cluster itself, which also excludes runs of another Temporal service. A lease or hold whose run
 * is closed for certain is cleaned up first; a node that such a run kept on purpose stays kept.
 */
export async function takeLease(state: RunState, description: ClusterDescription): Promise<void> {
  const { witnesses, run } = state;
  const holders = [description.lease, ...description.nodes.map((node) => node.hold?.run ?? null)].filter((holder) => holder !== null);
  const foreign = holders.filter((holder) => holder.firstExecutionRunId !== run.firstExecutionRunId);
  if (foreign.length > 0) await cleanUpAfter(state, description, foreign);
  await witnesses.ask({ summary: 'take the lease in the cluster', not: null, ask: (activities, target) => activities.takeLease({ ...target, run }) });
}

/** Gives the lease back. What cannot be given back now is cleaned up by the next run. */
export async function dropLease({ witnesses, run }: RunState): Promise<void> {
  if (witnesses.members.length === 0) return;
  try {
    await witnesses.ask({ summary: 'give the lease back', not: null, ask: (activities, target) => activities.dropLease({ ...target, run }) });
  } catch (error) {
    failureFrom(error);
  }
}

async function cleanUpAfter(state: RunState, description: ClusterDescription, foreign: readonly RunReference[]): Promise<void> {
  const closed = await coordinator('are the runs closed that left something?').findClosedRuns({ runs: [...foreign] });
  const open = foreign.find((holder) => !closed.some((run) => run.firstExecutionRunId === holder.firstExecutionRunId));
  if (open !== undefined) {
    throw new CauError('ClusterBusy', `Cluster ${description.cluster} is held by run ${open.workflowId}, which Temporal does not say is over.`, {
      where: open.workflowId,
      facts: { holder: open.workflowId },
    });
  }
  for (const node of description.nodes) {
    const hold = node.hold;
    if (hold === null || hold.run.firstExecutionRunId === state.run.firstExecutionRunId) continue;
    // A node that was kept stays so until a person ends its standby; what is left of the record then goes.
    if (hold.kept !== null && hold.intact) continue;
    await state.witnesses.ask({
      summary: `release ${node.name}, left by ${hold.run.workflowId}`,
      not: null,
      ask: (activities, target) => activities.releaseNode({ ...target, held: node.name, run: hold.run }),
    });
  }
  const lease = description.lease;
  if (lease !== null && lease.firstExecutionRunId !== state.run.firstExecutionRunId) {
    await state.witnesses.ask({
      summary: `drop the lease left by ${lease.workflowId}`,
      not: null,
      ask: (activities, target) => activities.dropLease({ ...target, run: lease }),
    });
  }
}
