/** Invariant 6: every update once, every restart once, per need. */
import { isSameBoot, type Boot, type ClusterChange, type Installation, type LedgerEntry } from '../records.js';
import { gapsOf, holdsOf, isIn, mergeHistories, noticeMs, shift, workedOn } from './cluster-history.js';
import type { NodeEvidence, VerifiedRun } from '../evidence.js';
import type { Invariant, Judgement } from './finding.js';

export const doneOnce: Invariant = {
  number: 6,
  id: 'work.once',
  title: 'Every update was installed once and every restart done once',
  check(run, evidence) {
    const names = workedOn(run, evidence);
    const nodes = evidence.nodes.filter(({ node }) => names.includes(node));
    const history = mergeHistories(evidence);
    const until = run.report === null ? evidence.at : run.endedAt;
    const boots = nodes.map((node) => judgeBoots(run, node, history.records, { until, gap: history.gap }));
    const installed = nodes.flatMap((node) => installationsIn(node, run.startedAt, until));
    return {
      broken: [...nodes.flatMap((node) => installedTwice(node, run.startedAt, until)), ...boots.flatMap(({ broken }) => broken)],
      unknown: [
        ...gapsOf(evidence, 'installations', names),
        ...gapsOf(evidence, 'boots', names),
        ...gapsOf(evidence, 'ledger', names),
        ...boots.flatMap(({ unknown }) => unknown),
      ],
      basis: `${installed.length} installations and ${boots.reduce((sum, { count }) => sum + count, 0)} boots on ${nodes.length} nodes, by their own logs`,
    };
  },
};

/** What was installed on the node in that time. */
export function installationsIn({ installations }: Pick<NodeEvidence, 'installations'>, from: string, to: string): Installation[] {
  return installations.records.filter(({ at }) => at >= from && at <= to);
}

/** The same version once more, although it was there already. An installation that was cut short and done again is one. */
function installedTwice(node: NodeEvidence, from: string, to: string): string[] {
  const present = new Map<string, Installation>();
  return installationsIn(node, from, to).flatMap((installation) => {
    if (!installation.isFinished) return [];
    const { plugin, name, at } = installation;
    const before = present.get(`${plugin} ${name}`);
    present.set(`${plugin} ${name}`, installation);
    if (before?.to !== installation.to) return [];
    return [`${node.node} installed ${name} ${installation.to} at ${before.at} and again at ${at}, by its package log`];
  });
}

function judgeBoots(
  { run, startedAt }: VerifiedRun,
  node: NodeEvidence,
  history: readonly ClusterChange[],
  { until, gap }: { readonly until: string; readonly gap: string | null },
): Pick<Judgement, 'broken' | 'unknown'> & { readonly count: number } {
  const broken: string[] = [];
  const unknown: string[] = [];
  const boots = node.boots.records;
  const restarts = node.ledger.records.filter(({ step }) => step === 'restart');
  let count = 0;
  for (const [index, boot] of boots.entries()) {
    const before = boots[index - 1];
    if (before === undefined || boot.at < startedAt || boot.at > until) continue;
    count += 1;
    const words = `${node.node} booted at ${boot.at} (${boot.bootId.slice(0, 8)})`;
    const asked = restarts.find(({ bootId }) => isSameBoot(bootId, before.bootId));
    if (asked !== undefined) broken.push(...restartedWithoutNeed(node, asked, restarts, words));
    else if (before.end === 'inOrder') {
      const isHeld = holdsOf(history, run.firstExecutionRunId).some((hold) => hold.node === node.node && isIn(hold, boot.at));
      if (isHeld) unknown.push(`${words} after an orderly shutdown that the run's ledger does not have; whether a person asked for it is not recorded`);
    } else if (wasMember(history, node.node, before, boot)) {
      const unaccounted = `${words}; neither the run's ledger nor the history of the cluster accounts for it`;
      (gap === null ? broken : unknown).push(unaccounted);
    }
  }
  return { broken, unknown, count };
}

/** The second restart on request without anything installed since the first: the same need, served twice. */
function restartedWithoutNeed(node: NodeEvidence, asked: LedgerEntry, restarts: readonly LedgerEntry[], words: string): string[] {
  const earlier = restarts.filter(({ at, bootId }) => at < asked.at && !isSameBoot(bootId, asked.bootId)).at(-1);
  if (earlier === undefined || node.installations.gap !== null) return [];
  if (installationsIn(node, earlier.at, asked.at).length > 0) return [];
  return [`${words} at the request of the run (${asked.at}), though nothing was installed since the restart that it requested at ${earlier.at}`];
}

/** Whether the cluster had the node as a member all along. A loss may be noticed only when the node is back. */
function wasMember(history: readonly ClusterChange[], node: string, before: Boot, boot: Boot): boolean {
  const membership = history.filter((change) => change.node === node && ['joined', 'left', 'lost', 'fenced'].includes(change.kind));
  const noticedBy = shift(boot.at, noticeMs);
  if (membership.some(({ kind, at }) => kind !== 'joined' && at > before.at && at <= noticedBy)) return false;
  return membership.findLast(({ at }) => at <= boot.at)?.kind === 'joined';
}
