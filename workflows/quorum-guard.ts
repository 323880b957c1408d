/** Quorum is never given up, and no role: whatever takes a node away from the cluster waits here first. */
import { patched } from '@temporalio/workflow';
import { decideCapacity, decideStability, rolesWithoutPlace } from '../domain/capacity.js';
import { findNode, type ClusterDescription } from '../domain/cluster.js';
import { durationMs } from '../domain/duration.js';
import { CauError, errorCatalogue } from '../domain/errors.js';
import { pauseMs } from '../domain/patience.js';
import { decideQuorum } from '../domain/quorum.js';
import { renderVerdict, verdictOf, type Verdict } from '../domain/verdict.js';
import { waits } from '../domain/waits.js';
import { failureFrom } from './failures.js';
import type { NodeState } from './node-state.js';
import { waiting, type Waiting } from './waiting.js';

const pauses = { first: 1000, most: 300_000 };
/** Asked of every member in turn, each time; who does not answer now may do so a moment later. */
const patienceMs = 0;

/** Waits, with reason, until the cluster keeps its quorum without the node. Its roles are assumed to be gone already. */
export async function awaitQuorumWithout(state: NodeState): Promise<ClusterDescription> {
  return guarded(state, async () => {
    const description = await describe(state);
    return { description, verdict: quorumWithout(state, description) };
  });
}

/** Waits, with reason, until the cluster keeps its quorum without the node, nothing else is wrong with it, and every role has another place. */
export async function awaitQuorumAndCapacity(state: NodeState): Promise<ClusterDescription> {
  const { node, options } = state.order;
  return guarded(state, async () => {
    const [description, predicted] = await Promise.all([describe(state), predictDrain(state)]);
    if (options.allowOutage) state.outages = rolesWithoutPlace(description, predicted);
    const verdicts = [
      quorumWithout(state, description),
      decideStability(description, node, options.skipChecks),
      decideCapacity(description, node, predicted, options.allowOutage),
    ];
    return { description, verdict: verdicts.find(({ state: stands }) => stands !== 'met') ?? { state: 'met' } };
  });
}

interface Look {
  readonly description: ClusterDescription | null;
  readonly verdict: Verdict;
}

/** @throws CauError `QuorumAtRisk` when it does not get better in time, `Stopped` when the node was asked to end meanwhile */
async function guarded(state: NodeState, look: () => Promise<Look>): Promise<ClusterDescription> {
  const { node, options } = state.order;
  const startedAt = Date.now();
  const until = startedAt + durationMs(options.quorumWait);
  const first = await look().catch(waitsForQuorum);
  if (first.verdict.state === 'met' && first.description !== null) return first.description;
  return waiting(state.waits, 'quorum', { node, why: renderVerdict(first.verdict) }, until - Date.now(), async (wait) => {
    for (let { verdict } = first; ;) {
      const why = renderVerdict(verdict);
      if (wait.leftMs() === 0) throw new CauError('QuorumAtRisk', `${node} cannot be taken out: ${why} (waited ${options.quorumWait}).`, { where: node });
      wait.because(waits.quorum({ node, why }).reason);
      state.say(`waits for quorum and capacity: ${why}`);
      await pause(state, wait, startedAt, `wait: ${why}`);
      // Nothing is under way while it waits here.
      state.stopHere();
      const next = await look().catch(waitsForQuorum);
      if (next.verdict.state === 'met' && next.description !== null) return next.description;
      verdict = next.verdict;
    }
  });
}

/** Until the next look, or until the node is asked to end. A run of an earlier version looks every second. */
async function pause(state: NodeState, wait: Waiting, startedAt: number, summary: string): Promise<void> {
  if (!patched('patience')) return wait.sleep(pauses.first, summary);
  await wait.until(() => state.isStopAsked, summary, pauseMs(Date.now() - startedAt, pauses));
}

/** Nobody could speak for the cluster: that is what lost quorum looks like, and it may come back. */
function waitsForQuorum(error: unknown): Look {
  const failure = failureFrom(error);
  if (!errorCatalogue[failure.code].retryable) throw error;
  return { description: null, verdict: verdictOf([failure.message]) };
}

function describe({ witnesses, order: { node } }: NodeState): Promise<ClusterDescription> {
  return witnesses.ask({
    summary: `does the cluster keep quorum without ${node}?`,
    not: node,
    patienceMs,
    ask: (activities, target) => activities.describeCluster(target),
  });
}

/** A node that is not there takes no vote with it. */
function quorumWithout({ order: { node, options } }: NodeState, description: ClusterDescription): Verdict {
  return findNode(description, node)?.online === true ? decideQuorum(description, node, options.allowOutage) : { state: 'met' };
}

async function predictDrain({ witnesses, order: { node } }: NodeState) {
  const predicted = await witnesses.ask({
    summary: `has every role another place than ${node}?`,
    not: node,
    timeoutMs: 30_000,
    patienceMs,
    ask: (activities, target) => activities.predictMoves({ ...target, order: [node] }),
  });
  return predicted.flatMap((entry) => entry.moves);
}
