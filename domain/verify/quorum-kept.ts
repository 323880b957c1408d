/** Invariant 2: the run never gave up the quorum of the cluster. */
import type { ClusterDescription } from '../cluster.js';
import type { ClusterChange } from '../records.js';
import { absencesOf, holdsOf, isIn, mergeHistories, noticeMs } from './cluster-history.js';
import type { Invariant } from './finding.js';

export const quorumKept: Invariant = {
  number: 2,
  id: 'quorum.kept',
  title: 'The run never gave up the quorum of the cluster',
  check({ run, startedAt, terms }, evidence) {
    const { records: history, gap } = mergeHistories(evidence);
    const losses = quorumLosses(history).filter((at) => at >= startedAt && at <= evidence.at);
    const broken: string[] = [];
    const unknown = gap === null ? [] : [gap];
    for (const at of losses) {
      const cause = causeOf(history, at);
      if (terms?.allowOutage === true && isOfLastMember(evidence.cluster, history, at)) continue;
      if (cause === null) unknown.push(`the cluster lost its quorum at ${at}, and its history does not tell by whom`);
      else if (cause.how === 'left' && holdsOf(history, run.firstExecutionRunId).some((hold) => hold.node === cause.node && isIn(hold, cause.from)))
        broken.push(`the cluster lost its quorum at ${at}, when ${cause.node}, which the run held, left it in order (${cause.from})`);
    }
    const others = losses.length - broken.length;
    return {
      broken,
      unknown,
      basis: losses.length === 0 ? 'no loss of quorum in the history of the cluster' : `${others} of ${losses.length} losses of quorum not by the run`,
    };
  },
};

/** Whether nobody was there any more when the quorum went: who restarts the last member takes it from nobody. */
function isOfLastMember(cluster: ClusterDescription | null, history: readonly ClusterChange[], at: string): boolean {
  const members = cluster?.nodes.filter(({ kind }) => kind === 'member').map(({ name }) => name) ?? [];
  const away = new Set(
    absencesOf(history)
      .filter((absence) => isIn({ from: absence.from, to: absence.to }, at))
      .map(({ node }) => node),
  );
  return members.length > 0 && members.every((node) => away.has(node));
}

/** When nobody had quorum any more. A member that is cut off loses its own; the cluster keeps it while others have it. */
export function quorumLosses(history: readonly ClusterChange[]): string[] {
  const losses: string[] = [];
  const quorate = new Set<string>();
  for (const { kind, node, at } of history) {
    const had = quorate.size;
    if (kind === 'quorumGained') quorate.add(node ?? 'the cluster');
    if (kind === 'quorumLost') quorate.delete(node ?? 'the cluster');
    if ((kind === 'left' || kind === 'lost') && node !== null) quorate.delete(node);
    if (had > 0 && quorate.size === 0) losses.push(at);
  }
  return losses;
}

/**
 * The absence that cost the quorum: the last one before. One that began so shortly before it that nobody could know is
 * the cause rather than an orderly leave after it.
 */
function causeOf(history: readonly ClusterChange[], at: string) {
  const before = absencesOf(history).filter((absence) => absence.from <= at && (absence.to === null || absence.to > at));
  const recent = before.filter((absence) => Date.parse(at) - Date.parse(absence.from) < noticeMs);
  return recent.findLast(({ how }) => how === 'lost') ?? recent.at(-1) ?? before.at(-1) ?? null;
}
