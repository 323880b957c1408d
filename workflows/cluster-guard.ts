/**
 * The guard of a cluster: excludes every other run by its fixed id, and cleans up when its run ends, however that is.
 * It is the only code of ours that still runs when a run was terminated or reset.
 */
import { CancellationScope, condition, isCancellation, patched, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { CauError } from '../domain/errors.js';
import { isSameRun, nodeWorkflowId, type RunReference } from '../domain/names.js';
import { guardedNodesSchema, guardOrderSchema } from '../domain/node-order.js';
import { parseInput } from '../domain/parse-input.js';
import { endHold } from './end-hold.js';
import { asWorkflow, failureFrom } from './failures.js';
import { guardEndSignal, guardNodesSignal } from './messages.js';
import { archiveReport } from './run-report.js';
import { detailsBoard, waiting } from './waiting.js';
import { Witnesses } from './witnesses.js';
import { coordinator, coordinatorWait, coordinatorWaitMs } from './workers.js';

const patienceMs = 10 * 60_000;

/** What the guard had to clean up. */
export interface GuardResult {
  readonly released: readonly string[];
  /** Why something could not be cleaned up; null when all is well. */
  readonly problem: string | null;
}

/** Holds the cluster for a run until that ends. */
export async function clusterGuard(input: unknown): Promise<GuardResult> {
  return asWorkflow(async () => {
    const { cluster, run } = parseInput(guardOrderSchema, input, 'clusterGuard');
    if (workflowInfo().parent?.workflowId !== run.workflowId) {
      throw new CauError('ForbiddenCaller', 'clusterGuard was started without an Updating Run.', {
        remedy: 'Start "updatingRun" or "cau run"; it starts this workflow itself.',
      });
    }
    let nodes: readonly string[] = [];
    let isEnded = false;
    setHandler(guardNodesSignal, (told) => {
      nodes = guardedNodesSchema.safeParse(told).data ?? nodes;
    });
    setHandler(guardEndSignal, () => {
      isEnded = true;
    });
    setCurrentDetails(`Guards cluster **${cluster}** for run ${run.workflowId}.`);
    try {
      await condition(() => isEnded);
    } catch (error) {
      if (!isCancellation(error)) throw error;
    }
    setCurrentDetails(`Cleaning up cluster **${cluster}** after run ${run.workflowId}.`);
    return CancellationScope.nonCancellable(async () => {
      const result = await cleanUp(cluster, run, nodes);
      if (!isEnded && nodes.length > 0 && patched('knownReport')) await archiveKnown(cluster, run, nodes);
      return result;
    });
  });
}

/** A run that was ended from outside makes no report: what is known of it is kept on the nodes, as a report would be. Best effort. */
async function archiveKnown(cluster: string, run: RunReference, nodes: readonly string[]): Promise<void> {
  try {
    const report = await coordinator(`what is known of ${run.workflowId}?`).readKnownReport({ cluster, run });
    if (report !== null) await archiveReport(new Witnesses(cluster, nodes), report);
  } catch (error) {
    failureFrom(error);
  }
}

/** Waits for nodes at work to end in order, releases what they left held, and gives the lease back. */
async function cleanUp(cluster: string, run: RunReference, nodes: readonly string[]): Promise<GuardResult> {
  if (nodes.length === 0) return { released: [], problem: null };
  try {
    const board = detailsBoard();
    await waiting(board, 'nodesClose', { run: run.workflowId }, coordinatorWaitMs, (wait) =>
      coordinatorWait(wait, 'wait until the nodes at work have ended').awaitClosed({
        workflowIds: nodes.map((node) => nodeWorkflowId(cluster, node)),
        cancel: true,
      }),
    );
    const witnesses = new Witnesses(cluster, nodes, board);
    const description = await witnesses.ask({
      summary: 'what is left held?',
      not: null,
      patienceMs,
      ask: (activities, target) => activities.describeCluster(target),
    });
    const left = description.nodes.filter((node) => node.hold !== null && isSameRun(node.hold.run, run) && node.hold.kept === null).map((node) => node.name);
    const answers = await Promise.all(
      left.map((node) => endHold(witnesses, { node, run, why: `its run is over and ${workflowInfo().workflowId} cleans up`, patienceMs })),
    );
    const unreleased = answers.find((answer) => answer.kind === 'waiting');
    // The lease stays as long as a node is held; the nodes themselves give both back then.
    const released = left.filter((_node, index) => answers[index]?.kind === 'released');
    if (unreleased !== undefined) return { released, problem: unreleased.because };
    await witnesses.ask({ summary: 'give the lease back', not: null, patienceMs, ask: (activities, target) => activities.dropLease({ ...target, run }) });
    return { released: left, problem: null };
  } catch (error) {
    return { released: [], problem: failureFrom(error).message };
  }
}
