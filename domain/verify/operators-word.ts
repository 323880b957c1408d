/** Invariant 5: what an operator decided about a node was final. */
import { findNode } from '../cluster.js';
import { standbyByWish } from '../operators-wish.js';
import type { ClusterChange } from '../records.js';
import { holdsOf, isIn, mergeHistories, noticeMs } from './cluster-history.js';
import type { Evidence, VerifiedRun } from '../evidence.js';
import type { Invariant } from './finding.js';

export const operatorsWord: Invariant = {
  number: 5,
  id: 'operator.final',
  title: 'What an operator put in standby or maintenance stayed so, and a standby that he lifted was left alone',
  check(run, evidence) {
    const { records: history, gap } = mergeHistories(evidence);
    const lifted = history.filter(({ kind, by, at }) => kind === 'standbyOff' && by === 'run' && at >= run.startedAt);
    const gone = wishesGone(run, evidence, history);
    return {
      broken: [
        ...lifted.map(({ node, at }) => `the standby that an operator had set on ${node ?? 'a node'} was lifted by the run at ${at}`),
        ...(gap === null ? gone : []),
        ...workAfterLifting(run, evidence, history),
      ],
      unknown: gap === null ? [] : [gap, ...gone.map((words) => `${words}, which may be missing`)],
      basis: `${history.filter(({ kind }) => kind === 'standbyOn' || kind === 'standbyOff').length} changes of standby by others in the history of the cluster`,
    };
  },
};

/** Nodes that must be in an operator's standby by his last word, or by what the run itself saw, and are not. */
function wishesGone({ report }: VerifiedRun, { cluster }: Evidence, history: readonly ClusterChange[]): string[] {
  if (cluster === null) return [];
  const skipped = (report?.nodes ?? [])
    .filter((node) => node.outcome === 'Skipped' && node.reason?.startsWith('in standby by the wish') === true)
    .map(({ node }) => node);
  const changes = history.filter(({ kind, by }) => (kind === 'standbyOn' || kind === 'standbyOff') && by !== 'run');
  return cluster.nodes.flatMap(({ name }) => {
    const last = changes.findLast(({ node }) => node === name);
    const isWanted = last?.kind === 'standbyOn' || (last === undefined && skipped.includes(name));
    if (!isWanted || findNode(cluster, name)?.standbyBy === 'operator') return [];
    return [`${name} was ${standbyByWish}${last === undefined ? '' : ` (${last.at})`} and is not now; the history of the cluster has nobody ending it`];
  });
}

/** An operator who lifts the standby of a run takes the node from it: nothing may be begun there after that. */
function workAfterLifting({ run }: VerifiedRun, { nodes }: Evidence, history: readonly ClusterChange[]): string[] {
  const holds = holdsOf(history, run.firstExecutionRunId);
  return history.flatMap((change) => {
    if (change.kind !== 'standbyOff' || change.by === 'run') return [];
    const hold = holds.find((candidate) => candidate.node === change.node && isIn(candidate, change.at));
    if (hold === undefined) return [];
    const late = (at: string) => Date.parse(at) - Date.parse(change.at) > noticeMs && isIn(hold, at);
    const begun = nodes.find(({ node }) => node === change.node)?.ledger.records.filter(({ at }) => late(at)) ?? [];
    return begun.map(({ step, at }) => `an operator lifted the standby of ${hold.node} at ${change.at}, and the run began "${step}" there at ${at}`);
  });
}
