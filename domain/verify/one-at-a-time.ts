/** Invariant 1: no more nodes out of service at once than allowed, by the run's doing. */
import type { ClusterDescription } from '../cluster.js';
import { isHookStep } from '../hooks.js';
import type { ClusterChange } from '../records.js';
import { absencesOf, gapsOf, holdsOf, isIn, mergeHistories, noticeMs, shift, workedOn, type HeldPeriod } from './cluster-history.js';
import type { Evidence, RunTerms, VerifiedRun } from '../evidence.js';
import type { Invariant } from './finding.js';

export const oneAtATime: Invariant = {
  number: 1,
  id: 'nodes.atOnce',
  title: 'No more nodes were worked on at once than allowed, and none that the quorum or others needed',
  check(run, evidence) {
    const { records: history, gap } = mergeHistories(evidence);
    const holds = holdsOf(history, run.run.firstExecutionRunId);
    const together = tooManyAtOnce(holds, run.terms, evidence.skewMs);
    const unheld = gap === null ? workedOnUnheld(run, evidence, holds) : [];
    return {
      broken: [...together.broken, ...unheld, ...beyondMargin(holds, history, evidence.cluster, run.terms)],
      unknown: [
        ...together.unknown,
        ...(gap === null ? [] : [gap]),
        ...gapsOf(evidence, 'ledger', workedOn(run, evidence)),
        ...(evidence.cluster === null && holds.length > 0 ? [`the votes of the cluster: ${evidence.noCluster ?? 'nobody could be asked'}`] : []),
      ],
      basis: `${holds.length} ${holds.length === 1 ? 'hold' : 'holds'} of the run in the history of the cluster, ${run.terms?.limit ?? 'an unknown number'} allowed at once`,
    };
  },
};

/** Holds that overlap; by less than the clocks may differ, or where nobody knows how many were allowed, it cannot be told. */
function tooManyAtOnce(holds: readonly HeldPeriod[], terms: RunTerms | null, skewMs: number) {
  const limit = terms?.limit ?? 1;
  const broken: string[] = [];
  const unknown: string[] = [];
  for (const hold of holds) {
    const others = holds.map((other) => ({ ...other, to: other.keptAt ?? other.to })).filter((other) => other.node !== hold.node && isIn(other, hold.from));
    if (others.length < limit) continue;
    const words = `${hold.node} was held at ${hold.from} while ${others.map((other) => `${other.node} was held (${other.from} to ${other.to ?? 'now'})`).join(', ')}`;
    // As many as were allowed besides this one: the shortest of those that went on longest.
    const overlapsMs = others.map((other) => Date.parse(other.to ?? '9999-12-31T00:00:00.000Z') - Date.parse(hold.from));
    const overlapMs = overlapsMs.toSorted((left, right) => right - left)[limit - 1] ?? 0;
    if (terms === null) unknown.push(`${words}; how many the run might hold at once is not known`);
    else if (overlapMs > skewMs) broken.push(words);
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

/**
 * Every hold left the cluster the votes it needs, also if each node that was held or away then had none. A node whose
 * standby an operator has lifted serves again, whatever is left of the hold's record.
 */
function beyondMargin(holds: readonly HeldPeriod[], history: readonly ClusterChange[], cluster: ClusterDescription | null, terms: RunTerms | null): string[] {
  if (cluster === null) return [];
  const { expected, needed, votesOf } = cluster.quorum;
  const lifted = (hold: HeldPeriod) =>
    history.find(({ kind, by, node, at }) => kind === 'standbyOff' && by !== 'run' && node === hold.node && isIn(hold, at))?.at ?? hold.to;
  const out = [
    ...holdsOf(history).map((hold) => ({ ...hold, to: lifted(hold) })),
    ...absencesOf(history).filter(({ how }) => how === 'left' || how === 'lost'),
  ];
  return holds.flatMap((hold) => {
    const others = [
      ...new Set(
        out.filter((other) => other.node !== hold.node && isIn({ from: shift(other.from, noticeMs), to: other.to }, hold.from)).map(({ node }) => node),
      ),
    ];
    const votes = [hold.node, ...others].reduce((sum, node) => sum + (votesOf[node] ?? 1), 0);
    // The last member may be taken where the run was allowed an outage: nobody was left who could lose a quorum.
    if (votes <= expected - needed || (terms?.allowOutage === true && votes >= expected)) return [];
    return [
      `${hold.node} was held at ${hold.from} while ${others.join(', ') || 'nobody else'} was out: ${expected - votes} of ${expected} votes were left in service, ${needed} are needed`,
    ];
  });
}
