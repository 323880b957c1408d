/** The lease of the cluster: taken for a run, after what a closed run left was cleaned up. */
import type { ClusterDescription } from '../domain/cluster.js';
import { CauError } from '../domain/errors.js';
import { isSameRun, type RunReference } from '../domain/names.js';
import { isKept } from '../domain/release.js';
import { failureFrom } from './failures.js';
import { endHold } from './end-hold.js';
import { askOutlook } from './release-outlook.js';
import type { RunState } from './run-state.js';
import { coordinator } from './workers.js';

/**
 * Takes the lease in the cluster itself, which also excludes runs of another Temporal service. A lease or hold whose run
 * is closed for certain is cleaned up first; a node that was kept on purpose stays kept, whoever's run it was, and hinders nobody.
 */
export async function takeLease(state: RunState, description: ClusterDescription): Promise<void> {
  const { witnesses, run } = state;
  const { releaseAfter } = state.options.values;
  const foreign = claimants(description).filter((claimant) => !isSameRun(claimant.run, run));
  if (foreign.length > 0) await cleanUpAfter(state, description, foreign);
  await witnesses.ask({
    summary: 'take the lease in the cluster',
    not: null,
    ask: (activities, target) => activities.takeLease({ ...target, run, releaseAfter }),
  });
}

/** How long a run waits for what an earlier one left on a node, such as an installation that goes on. */
const adoptionMs = 15_000;

/** Gives the lease back. What cannot be given back now is cleaned up by the next run. */
export async function dropLease({ witnesses, run }: RunState): Promise<void> {
  if (witnesses.members.length === 0) return;
  try {
    await witnesses.ask({ summary: 'give the lease back', not: null, ask: (activities, target) => activities.dropLease({ ...target, run }) });
  } catch (error) {
    failureFrom(error);
  }
}

/** A run that has the lease (`node` is null) or holds a node. */
interface Claimant {
  readonly run: RunReference;
  readonly node: string | null;
}

function claimants({ lease, nodes }: ClusterDescription): Claimant[] {
  // A node that was kept stays so until a person ends its standby; what is left of the record then goes.
  const holds = nodes.flatMap(({ name, hold }) => (hold === null || isKept(hold) ? [] : [{ run: hold.run, node: name }]));
  return [...holds, ...(lease === null ? [] : [{ run: lease.run, node: null }])];
}

async function cleanUpAfter(state: RunState, description: ClusterDescription, foreign: readonly Claimant[]): Promise<void> {
  const examined = await coordinator('are the runs closed that left something?').examineRuns({ runs: foreign.map((claimant) => claimant.run) });
  for (const claimant of foreign) {
    const runState = examined.find((one) => isSameRun(one.run, claimant.run))?.state ?? 'unknown';
    if (runState === 'open') throw busy(description.cluster, claimant, `Cluster ${description.cluster} is being updated by run ${claimant.run.workflowId}.`);
    if (runState === 'unknown') throw await unknownHolder(state, description, claimant);
  }
  for (const { run, node } of foreign) {
    if (node === null) continue;
    const why = `run ${state.run.workflowId} found it over`;
    const answer = await endHold(state.witnesses, { node, run, why, patienceMs: adoptionMs });
    if (answer.kind !== 'waiting') continue;
    throw busy(
      description.cluster,
      { run, node },
      `${node} of cluster ${description.cluster} is held by run ${run.workflowId}, which is over. ${answer.because}.`,
    );
  }
  for (const { run, node } of foreign) {
    if (node !== null) continue;
    await state.witnesses.ask({
      summary: `drop the lease left by ${run.workflowId}`,
      not: null,
      ask: (activities, target) => activities.dropLease({ ...target, run }),
    });
  }
}

/** Temporal lost the run, or never had it. The nodes end that by themselves; who does not want to wait says so. */
async function unknownHolder({ witnesses }: RunState, { cluster }: ClusterDescription, claimant: Claimant): Promise<CauError> {
  const { run, node } = claimant;
  const claim = await askOutlook(cluster, node === null ? witnesses.members : [node], run, node === null ? 'lease' : 'hold');
  const when = claim?.decision.act === 'wait' ? ` It is so since ${claim.decision.since}; it ends by itself at ${claim.decision.until}.` : '';
  const what = node === null ? `Cluster ${cluster} is leased to` : `${node} of cluster ${cluster} is held by`;
  return busy(cluster, claimant, `${what} run ${run.workflowId}, which Temporal does not know.${when}`, `"cau recover ${cluster} --apply" ends it now.`);
}

function busy(cluster: string, { run, node }: Claimant, message: string, remedy?: string): CauError {
  return new CauError('ClusterBusy', message, {
    where: run.workflowId,
    facts: { holder: run.workflowId, cluster, ...(node === null ? {} : { node }) },
    ...(remedy === undefined ? {} : { remedy }),
  });
}
