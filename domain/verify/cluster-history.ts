/** The history of a cluster from what each of its nodes tells of it. */
import type { ClusterChange, Records } from '../records.js';
import type { Evidence, NodeEvidence, VerifiedRun } from '../evidence.js';

/** A time in which something was so. `to` is null while it still is. */
export interface Period {
  readonly node: string;
  readonly from: string;
  readonly to: string | null;
}

/** A node held by a run. */
export interface HeldPeriod extends Period {
  readonly run: string;
  /** Since when it is kept on purpose; nobody works on it from then on. */
  readonly keptAt: string | null;
}

/** A node that was no member. `how` it went: in order, or not. */
export interface Absence extends Period {
  readonly how: 'left' | 'lost';
}

/** What happened so shortly before could not be known to whoever decided: a question to the cluster may take that long. */
export const noticeMs = 3000;

const sameEventMs = 2000;
const enoughWitnesses = 2;

/**
 * One history from all of them. Several members log the same event, each a moment apart: the first counts. A node misses
 * what happened while it was away itself, so where each speaks for itself, one that was never away or two are needed.
 */
export function mergeHistories({ nodes, silent }: Pick<Evidence, 'nodes' | 'silent'>): Records<ClusterChange> {
  const records = merge(
    nodes.flatMap((witness) =>
      believable(
        witness,
        nodes.filter((other) => other !== witness),
      ),
    ),
  );
  const witnesses = nodes.filter(({ history }) => history.gap === null);
  const away = absencesOf(records).map(({ node }) => node);
  const isWhole = witnesses.length >= enoughWitnesses || witnesses.some(({ node, history }) => history.scope === 'cluster' || !away.includes(node));
  if (isWhole) return { records, gap: null };
  const gaps = [
    ...nodes.flatMap(({ node, history }) => (history.gap === null ? [] : [`${node}: ${history.gap}`])),
    ...silent.map(({ node, why }) => `${node}: ${why}`),
  ];
  return { records, gap: `the history of the cluster is not whole (${gaps.slice(0, 4).join('; ')})` };
}

/**
 * What a member tells, without what it says of others while it was cut off: it takes them for lost, who only lost it. It was
 * the one that was cut off when others had it fenced, or when it lost the quorum and another one did not.
 */
function believable(witness: NodeEvidence, others: readonly NodeEvidence[]): readonly ClusterChange[] {
  const { node, history } = witness;
  if (history.scope === 'cluster') return history.records;
  const told = merge(others.flatMap((other) => other.history.records));
  const during = ({ from, to }: Period, { at }: ClusterChange) => isIn({ from: shift(from, -noticeMs), to: to === null ? null : shift(to, noticeMs) }, at);
  const lostQuorum = (period: Period, of: NodeEvidence) =>
    of.history.records.some((change) => change.kind === 'quorumLost' && change.node === of.node && during(period, change));
  const keptQuorum = (period: Period) => others.some((other) => other.history.records.some((change) => during(period, change)) && !lostQuorum(period, other));
  const cutOff = absencesOf(told).filter(
    (absence) =>
      absence.node === node &&
      absence.how === 'lost' &&
      (told.some((change) => change.kind === 'fenced' && change.node === node && during(absence, change)) ||
        (lostQuorum(absence, witness) && keptQuorum(absence))),
  );
  const isMembership = ({ kind }: ClusterChange) => kind === 'joined' || kind === 'left' || kind === 'lost';
  const isBlind = ({ at }: ClusterChange) => cutOff.some(({ from, to }) => isIn({ from: shift(from, -noticeMs), to }, at));
  return history.records.filter((change) => !isMembership(change) || change.node === node || !isBlind(change));
}

/**
 * The periods in which nodes were held, by this run or by any. Only one run at a time holds a node: what is told of
 * another one ends a hold whose release nobody saw.
 */
export function holdsOf(history: readonly ClusterChange[], run: string | null = null): HeldPeriod[] {
  const periods: HeldPeriod[] = [];
  for (const change of history.filter(({ kind }) => kind === 'held' || kind === 'kept' || kind === 'released')) {
    if (change.node === null || change.run === null) continue;
    const open = periods.findIndex((period) => period.node === change.node && period.to === null);
    const isOwn = periods[open]?.run === change.run;
    if (open >= 0 && (!isOwn || change.kind === 'released')) periods[open] = { ...(periods[open] as HeldPeriod), to: change.at };
    if (change.kind === 'held' && !isOwn) periods.push({ node: change.node, run: change.run, from: change.at, to: null, keptAt: null });
    if (change.kind === 'kept' && isOwn) periods[open] = { ...(periods[open] as HeldPeriod), keptAt: periods[open]?.keptAt ?? change.at };
  }
  return periods.filter((period) => run === null || period.run === run);
}

/** The periods in which nodes were no members. */
export function absencesOf(history: readonly ClusterChange[]): Absence[] {
  const periods: Absence[] = [];
  for (const change of history) {
    if (change.node === null) continue;
    const open = periods.findIndex((period) => period.node === change.node && period.to === null);
    if ((change.kind === 'left' || change.kind === 'lost') && open < 0) periods.push({ node: change.node, from: change.at, to: null, how: change.kind });
    if (change.kind === 'joined' && open >= 0) periods[open] = { ...(periods[open] as Absence), to: change.at };
  }
  return periods;
}

/** Whether the moment lies in the period. */
export function isIn({ from, to }: Pick<Period, 'from' | 'to'>, at: string): boolean {
  return from <= at && (to === null || at < to);
}

/** The moment that many milliseconds later, or earlier. */
export function shift(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}

/** The nodes that the run worked on; all of them when it left no report. */
export function workedOn({ report }: VerifiedRun, { nodes, silent }: Evidence): string[] {
  return report === null ? [...nodes, ...silent].map(({ node }) => node) : report.nodes.filter((node) => node.startedAt !== null).map(({ node }) => node);
}

/** What is missing of one kind of record on these nodes. */
export function gapsOf({ nodes, silent }: Evidence, kind: 'boots' | 'installations' | 'ledger', of: readonly string[]): string[] {
  return of.flatMap((name) => {
    const evidence = nodes.find(({ node }) => node === name);
    if (evidence === undefined) return [`${name} gave no records: ${silent.find(({ node }) => node === name)?.why ?? 'it is no member any more'}`];
    const { gap } = evidence[kind];
    return gap === null ? [] : [`${kind} of ${name}: ${gap}`];
  });
}

function merge(changes: readonly ClusterChange[]): ClusterChange[] {
  const distinct = [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
  const sorted = distinct.toSorted((left, right) => left.at.localeCompare(right.at));
  const merged: ClusterChange[] = [];
  const last = new Map<string, ClusterChange>();
  for (const change of sorted) {
    const subject = subjectOf(change);
    const before = last.get(subject);
    const isRepeated = before !== undefined && before.kind === change.kind && Date.parse(change.at) - Date.parse(before.at) <= sameEventMs;
    if (isRepeated) continue;
    last.set(subject, change);
    merged.push(change);
  }
  return merged;
}

/** Two reports of one subject that differ in kind are two events. */
function subjectOf({ kind, node, role, run }: ClusterChange): string {
  const isHold = kind === 'held' || kind === 'kept' || kind === 'released';
  const isQuorum = kind === 'quorumGained' || kind === 'quorumLost';
  return [isHold ? `hold ${run ?? ''}` : isQuorum ? 'quorum' : role === null ? 'member' : 'role', node ?? '', role ?? ''].join(' ');
}
