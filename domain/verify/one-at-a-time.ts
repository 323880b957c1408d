/** Invariant 1: no more nodes out of service at once than allowed, by the run's doing. */
import type { ClusterDescription } from '../cluster.js';
import { isHookStep } from '../hooks.js';
import type { ClusterChange } from '../records.js';
import { absencesOf, gapsOf, holdsOf, isIn, mergeHistories, noticeMs, shift, workedOn, type HeldPeriod } from './cluster-history.js';
import type { Evidence, VerifiedRun } from '../evidence.js';
import type { Invariant } from './finding.js';

export const oneAtATime: Invariant = {
  number: 1,
  id: 'nodes.atOnce',
  title: 'No more nodes were worked on at once than allowed, and none that the quorum or others needed',
  check(run, evidence) {
    const { records: history, gap } = mergeHistories(evidence);
    const holds = holdsOf(history, run.run.firstExecutionRunId);
    const limit = run.report?.options.values.maxParallelNodes ?? 1;
    const together = tooManyAtOnce(holds, limit, evidence.skewMs);
    const unheld = gap === null ? workedOnUnheld(run, evidence, holds) : [];
    return {
      broken: [...together.broken, ...unheld, ...beyondMargin(holds, history, evidence.cluster, run.report?.options.values.allowOutage === true)],
      unknown: [
        ...together.unknown,
        ...(gap === null ? [] : [gap]),
        ...gapsOf(evidence, 'ledger', workedOn(run, evidence)),
        ...(evidence.cluster === null && holds.length > 0 ? [`the votes of the cluster: ${evidence.noCluster ?? 'nobody could be asked'}`] : []),
      ],
      basis: `${holds.length} ${holds.length === 1 ? 'hold' : 'holds'} of the run in the history of the cluster, ${limit} allowed at once`,
    };
  },
};

/** Holds that overlap; by less than the clocks may differ, it cannot be told. */
function tooManyAtOnce(holds: readonly HeldPeriod[], limit: number, skewMs: number) {
  const broken: string[] = [];
  const unknown: string[] = [];
  for (const hold of holds) {
    const others = holds.map((other) => ({ ...other, to: other.keptAt ?? other.to })).filter((other) => other.node !== hold.node && isIn(other, hold.from));
    if (others.length < limit) continue;
    const words = `${hold.node} was held at ${hold.from} while ${others.map((other) => `${other.node} was held (${other.from} to ${other.to ?? 'now'})`).join(', ')}`;
    const overlapMs = Math.min(...others.map((other) => Date.parse(other.to ?? '9999-12-31T00:00:00.000Z') - Date.parse(hold.from)));
    if (overlapMs > skewMs) broken.push(words);
    else unknown.push(`${words}: ${overlapMs} ms, within the ${skewMs} ms by which clocks may differ`);
  }
  return { broken, unknown };
}

/** Whatever the ledger of a node has of the run must have begun while the run held that node, but for the user's scripts before and after that. */
function workedOnUnheld({ run }: VerifiedRun, evidence: Evidence, holds: readonly HeldPeriod[]): string[] {
  const isHeld = (node: string, at: string) =>
    holds.some(
      (hold) => hold.node === node && isIn({ from: shift(hold.from, -evidence.skewMs), to: hold.to === null ? null : shift(hold.to, evidence.skewMs) }, at),
    );
  return evidence.nodes.flatMap(({ node, ledger }) =>
    ledger.records
      .filter(({ step, at }) => !isHookStep(step) && !isHeld(node, at))
      .map(({ step, at }) => `the ledger of ${node} has "${step}" at ${at}, while run ${run.workflowId} did not hold the node`),
  );
}

/** Every hold left the cluster the votes it needs, also if each node that was held or away then had none. */
function beyondMargin(holds: readonly HeldPeriod[], history: readonly ClusterChange[], cluster: ClusterDescription | null, allowOutage: boolean): string[] {
  if (cluster === null) return [];
  const { expected, needed, votesOf } = cluster.quorum;
  const out = [...holdsOf(history), ...absencesOf(history).filter(({ how }) => how === 'left' || how === 'lost')];
  return holds.flatMap((hold) => {
    const others = [
      ...new Set(
        out.filter((other) => other.node !== hold.node && isIn({ from: shift(other.from, noticeMs), to: other.to }, hold.from)).map(({ node }) => node),
      ),
    ];
    const votes = [hold.node, ...others].reduce((sum, node) => sum + (votesOf[node] ?? 1), 0);
    // The last member may be taken where the run was allowed an outage: nobody was left who could lose a quorum.
    if (votes <= expected - needed || (allowOutage && votes >= expected)) return [];
    return [
      `${hold.node} was held at ${hold.from} while ${others.join(', ') || 'nobody else'} was out: ${expected - votes} of ${expected} votes were left in service, ${needed} are needed`,
    ];
  });
}
