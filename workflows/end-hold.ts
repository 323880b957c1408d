/**
 * Ending what a run that is over left on a node. The node itself is asked, since it alone knows whether an installation goes on
 * there, and whether its stack must be started first; a node that is gone is released by its peers.
 */
import { findNode } from '../domain/cluster.js';
import { isSameRun, type RunReference } from '../domain/names.js';
import type { NodeReleaseAnswer } from '../domain/ports/activities.js';
import { isKept } from '../domain/release.js';
import { waits } from '../domain/waits.js';
import { failureFrom } from './failures.js';
import { waiting } from './waiting.js';
import type { Witnesses } from './witnesses.js';
import { ownAffair } from './workers.js';

export interface HoldToEnd {
  readonly node: string;
  readonly run: RunReference;
  /** Who asks, and why: for the node's own record. */
  readonly why: string;
  /** A person says that a node that was kept is well again. */
  readonly evenKept?: boolean;
  /** How long to ask again while it cannot be done yet. */
  readonly patienceMs: number;
}

const firstPauseMs = 500;
const longestPauseMs = 15_000;

/** What came of it; `waiting` when patience is over. */
export async function endHold(witnesses: Witnesses, hold: HoldToEnd): Promise<NodeReleaseAnswer> {
  const giveUpAt = Date.now() + hold.patienceMs;
  const first = await askNode(witnesses, hold);
  if (first.kind !== 'waiting' || Date.now() >= giveUpAt) return first;
  return waiting(witnesses.board, 'release', { node: hold.node, because: first.because }, giveUpAt - Date.now(), async (wait) => {
    let { because } = first;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await wait.sleep(pauseMs, `not yet: ${because}`.slice(0, 200));
      const answer = await askNode(witnesses, hold);
      if (answer.kind !== 'waiting' || wait.leftMs() === 0) return answer;
      because = answer.because;
      wait.because(waits.release({ node: hold.node, because }).reason);
    }
  });
}

async function askNode(witnesses: Witnesses, { node, run, why, evenKept = false }: HoldToEnd): Promise<NodeReleaseAnswer> {
  const { cluster } = witnesses;
  try {
    return await ownAffair(cluster, node, `${node} ends its hold by ${run.workflowId}`).endHold({ cluster, node, run, why, evenKept });
  } catch (error) {
    const failure = failureFrom(error);
    const seen = findNode(await witnesses.describe(node, `is ${node} there?`), node);
    const hold = seen?.hold ?? null;
    if (seen === undefined || hold === null || !isSameRun(hold.run, run)) return { kind: 'nothing', because: `run ${run.workflowId} does not hold ${node}` };
    if (seen.online)
      return { kind: 'waiting', because: `the worker of ${node} does not answer, so that nobody knows whether it is at work: ${failure.message}` };
    if (isKept(hold) && !evenKept) return { kind: 'kept', because: hold.kept ?? '' };
  }
  const kind = await witnesses.ask({
    summary: `release ${node}, which is gone`,
    not: node,
    ask: (activities, target) => activities.releaseNode({ ...target, held: node, run }),
  });
  return { kind: kind === 'released' ? 'released' : 'nothing', because: why };
}
