/** Quorum is never given up: whatever takes the vote of a node away waits here first. */
import { sleep } from '@temporalio/workflow';
import { findNode, type ClusterDescription } from '../domain/cluster.js';
import { durationMs } from '../domain/duration.js';
import { CauError } from '../domain/errors.js';
import { decideQuorum } from '../domain/quorum.js';
import { renderVerdict } from '../domain/verdict.js';
import type { NodeState } from './node-state.js';

const lookMs = 1000;

/** Waits, with reason, until the cluster keeps its quorum without the node. */
export async function awaitQuorumWithout(state: NodeState): Promise<ClusterDescription> {
  const { node, options } = state.order;
  const until = Date.now() + durationMs(options.quorumWait);
  for (;;) {
    const description = await state.witnesses.describe(node, `does the cluster keep quorum without ${node}?`);
    // A node that is not there takes no vote with it.
    const verdict = findNode(description, node)?.online === true ? decideQuorum(description, node) : ({ state: 'met' } as const);
    if (verdict.state === 'met') return description;
    if (Date.now() >= until)
      throw new CauError('QuorumAtRisk', `${node} cannot be taken out: ${renderVerdict(verdict)} (waited ${options.quorumWait}).`, { where: node });
    state.say(`waits for quorum: ${renderVerdict(verdict)}`);
    await sleep(lookMs, { summary: `wait: ${renderVerdict(verdict)}` });
  }
}
