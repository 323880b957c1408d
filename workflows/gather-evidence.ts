/** Gathers the evidence about a run: from every node that answers, and from the cluster when it is at rest. */
import type { ClusterDescription } from '../domain/cluster.js';
import { nodeEvidenceSchema, type Evidence, type NodeEvidence, type VerifiedRun } from '../domain/evidence.js';
import { failureFrom } from './failures.js';
import { meetCluster } from './survey.js';
import { waiting } from './waiting.js';
import type { Witnesses } from './witnesses.js';
import { coordinator, reading } from './workers.js';

const restMs = 15_000;
const lookMs = 500;

/** Never fails for what does not answer: that is a gap with its reason. */
export async function gatherEvidence(run: VerifiedRun): Promise<Evidence> {
  const { cluster } = run;
  const met = await meetCluster(cluster).catch((error: unknown) => failureFrom(error).message);
  const members = typeof met === 'string' ? [] : met.description.nodes.filter((node) => node.kind === 'member').map((node) => node.name);
  const names = [...new Set([...members, ...(run.report?.nodes.map(({ node }) => node) ?? [])])];
  const answers = await Promise.all(names.map((node) => ask(run, node)));
  const now = typeof met === 'string' ? met : await lookAtRest(met.witnesses);
  const guard = await coordinator(`is the guard of ${cluster} still cleaning up?`).examineGuard({ cluster, run: run.run });
  return {
    at: new Date().toISOString(),
    cluster: typeof now === 'string' ? null : now,
    noCluster: typeof now === 'string' ? now : null,
    nodes: answers.flatMap((answer) => ('evidence' in answer ? [answer.evidence] : [])),
    silent: answers.flatMap((answer) => ('why' in answer ? [{ node: answer.node, why: answer.why }] : [])),
    skewMs: largest(answers, 'aheadMs') + largest(answers, 'behindMs'),
    isCleaningUp: guard.kind === 'ours',
  };
}

/** How far the clock of a node is at least ahead of ours, or behind it. */
type Answer = { readonly evidence: NodeEvidence; readonly aheadMs: number; readonly behindMs: number } | { readonly node: string; readonly why: string };

/** One clock may be ahead while another is behind. */
const largest = (answers: readonly Answer[], what: 'aheadMs' | 'behindMs') =>
  Math.max(0, ...answers.map((answer) => ('evidence' in answer ? answer[what] : 0)));

async function ask({ cluster, run, startedAt }: VerifiedRun, node: string): Promise<Answer> {
  const askedAt = Date.now();
  try {
    const answer = await reading(cluster, node, `the records of ${node}`).collectEvidence({ cluster, node, run, since: startedAt });
    const parsed = nodeEvidenceSchema.safeParse(answer);
    if (!parsed.success) return { node, why: 'its worker has another version and answers in another form' };
    const at = Date.parse(parsed.data.at);
    // It answered between the question and now; only what lies outside of that is skew.
    return { evidence: parsed.data, aheadMs: at - Date.now(), behindMs: askedAt - at };
  } catch (error) {
    return { node, why: failureFrom(error).message };
  }
}

/** The cluster by a member with quorum; one that is still moving roles is looked at again for a while. Else why not. */
async function lookAtRest(witnesses: Witnesses): Promise<ClusterDescription | string> {
  const { cluster, board } = witnesses;
  const look = () =>
    witnesses.ask({
      summary: 'how does the cluster stand?',
      not: null,
      patienceMs: restMs,
      ask: (activities, target) => activities.describeCluster(target),
    });
  try {
    return await waiting(board, 'rest', { cluster }, restMs, async (wait) => {
      for (;;) {
        const description = await look();
        if (description.idle || wait.leftMs() === 0) return description;
        await wait.sleep(lookMs, 'the cluster is still moving roles');
      }
    });
  } catch (error) {
    return failureFrom(error).message;
  }
}
