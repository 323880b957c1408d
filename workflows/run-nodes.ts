/** The nodes of a run, one after another or several at once: who is next, may it be begun, and how it ended. */
import { CancellationScope, getExternalWorkflowHandle, ParentClosePolicy, patched, startChild, type ChildWorkflowHandle } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { restApproval } from '../domain/approval.js';
import { decideBudget } from '../domain/budget.js';
import type { Failure } from '../domain/errors.js';
import { nodeWorkflowId } from '../domain/names.js';
import type { NodeOrder, NodeResult } from '../domain/node-order.js';
import type { PlannedNode } from '../domain/plan.js';
import type { ScanResult } from '../domain/ports/update-plugin.js';
import { untouchedNode, type NodeReport } from '../domain/report.js';
import type { RoleHome } from '../domain/steering.js';
import { renderVerdict } from '../domain/verdict.js';
import { nextBeside, parallelLimit, type HeldBack } from '../domain/waves.js';
import { homesAtEnd } from './failback.js';
import { failureFrom } from './failures.js';
import type { HeldGuard } from './guard-holding.js';
import { Measuring } from './measuring.js';
import { NodesAtWork } from './nodes-at-work.js';
import type { RunState } from './run-state.js';
import { waveFacts } from './survey.js';
import { awaitTurn } from './turn.js';
import { fitOf } from './window.js';
import type { updateNode } from './update-node.js';
import { waiting } from './waiting.js';
import { coordinatorWait, coordinatorWaitMs } from './workers.js';

/**
 * Updates the planned nodes, as many at once as may be; whenever one is done, the next is begun. What is not begun is reported with
 * its reason.
 */
export async function updateNodes(state: RunState, guard: HeldGuard, scans: ReadonlyMap<string, ScanResult>, budget: number): Promise<void> {
  const planned = state.plan?.nodes ?? [];
  const measuring = new Measuring(state);
  const atWork = new NodesAtWork();
  const homes = await homesAtEnd(state);
  let left = planned.filter((node) => node.action === 'update');
  for (;;) {
    await atWork.fewerThan(() => parallelLimit(state.options.values, state.outcomes(), state.granted.has(restApproval)));
    const next = await chooseNext(state, left, atWork.names);
    if (next === null) break;
    if ('heldBack' in next) {
      state.holdBack(next.heldBack);
      await atWork.oneEnded();
      state.holdBack([]);
      continue;
    }
    // What may be begun beside others may be something else by then.
    if ((await awaitTurn(state, next.node)) && atWork.names.length > 0) continue;
    left = left.filter((node) => node !== next);
    const refusal = await reasonNotToBegin(state, guard, next, budget);
    if (refusal !== null) state.finish(refusal);
    else {
      measuring.moveAwayFrom([...atWork.names, next.node], left[0]?.node);
      const later = left.filter((node) => node.drain).map((node) => node.node);
      atWork.add(next.node, updateOne(state, next, scans.get(next.node), { besides: atWork.names, later, homes }));
    }
  }
  await atWork.fewerThan(() => 1);
  for (const { node, action, reason } of planned) {
    if (action === 'skip') state.finish(untouchedNode(node, 'Skipped', reason));
    else if (action === 'upToDate') state.finish(untouchedNode(node, 'UpToDate', 'nothing to update'));
  }
  await measuring.end();
}

/** The first that is left while no other is at work, or none is to be begun any more; otherwise one that may be begun beside those at work. */
async function chooseNext(
  state: RunState,
  left: readonly PlannedNode[],
  atWork: readonly string[],
): Promise<PlannedNode | { readonly heldBack: readonly HeldBack[] } | null> {
  const [first] = left;
  if (first === undefined) return null;
  if (atWork.length === 0 || state.stop !== null) return first;
  const { options } = state;
  try {
    const facts = await waveFacts(state.witnesses, atWork, options.values);
    // Nodes of two sites are never away at once where sites are taken one after another.
    const here = state.plan?.nodes.find((node) => node.node === atWork[0])?.site;
    const isHere = ({ site }: PlannedNode) => site === here;
    const names = left.filter(isHere).map((node) => node.node);
    const next = nextBeside(facts, names, atWork, options.values.maxParallelNodes);
    const chosen = 'node' in next ? left.find((node) => node.node === next.node) : undefined;
    if (chosen !== undefined) return chosen;
    const elsewhere = left
      .filter((node) => !isHere(node))
      .map(({ node }) => ({ node, reason: `${atWork.join(' and ')} is of another site, which is done first` }));
    return { heldBack: [...('heldBack' in next ? next.heldBack : []), ...elsewhere] };
  } catch (error) {
    // Who cannot tell whether two may be worked on at once takes one at a time.
    const reason = `nobody can tell whether it may be away beside ${atWork.join(' and ')}: ${failureFrom(error).message}`;
    return { heldBack: left.map(({ node }) => ({ node, reason })) };
  }
}

async function reasonNotToBegin(state: RunState, guard: HeldGuard, planned: PlannedNode, budget: number): Promise<NodeReport | null> {
  const { node } = planned;
  // First, since it may take a while: what people say meanwhile must count.
  const isUnguarded = await guard.lost();
  const leftOut = state.skipped.get(node);
  if (leftOut !== undefined) return untouchedNode(node, 'Skipped', leftOut);
  if (state.stop !== null) return untouchedNode(node, 'Canceled', state.stop.reason);
  if (isUnguarded) return untouchedNode(node, 'Canceled', 'the guard of the cluster was lost; another run could work on it');
  const verdict = decideBudget(state.outcomes(), budget);
  if (verdict.state !== 'met') return untouchedNode(node, 'Canceled', renderVerdict(verdict));
  const fit = fitOf(state, planned);
  return fit.state === 'met' ? null : untouchedNode(node, 'Canceled', renderVerdict(fit));
}

/** What the update of a node has to know of the others. */
interface Others {
  /** Nodes that are at work as well. */
  readonly besides: readonly string[];
  /** Nodes that are to be drained after it. */
  readonly later: readonly string[];
  /** Roles that are taken home at the end, where that matters to where they go meanwhile. */
  readonly homes: readonly RoleHome[];
}

async function updateOne(state: RunState, planned: PlannedNode, scan: ScanResult | undefined, { besides, later, homes }: Others): Promise<void> {
  const { cluster } = state.request;
  const { node } = planned;
  const { members } = state.witnesses;
  const order: NodeOrder = {
    cluster,
    node,
    run: state.run,
    members: besides.length === 0 ? [...members] : members.filter((member) => !besides.includes(member) || member === node),
    options: state.options.values,
    updates: [...(scan?.updates ?? [])],
    limit: state.options.values.maxParallelNodes,
    ...(state.options.values.placement === 'fewestMoves' ? { ahead: { later: [...later], homes: [...homes] } } : {}),
    ...(planned.drain ? {} : { drain: false }),
    ...(state.options.values.gates.some(({ kind }) => kind === 'cluster') ? { failedBefore: state.failedBefore.slice(0, 1000) } : {}),
  };
  state.begin(node, planned.updates);
  const result = await resultOf(state, order);
  for (const member of result.members ?? []) state.seenNodes.add(member);
  if (result.placement !== null) state.seePlacement(result.placement);
  state.finish(result.report);
  if (result.endsRun !== null) state.requestStop(result.endsRun, 'node');
}

async function resultOf(state: RunState, order: NodeOrder): Promise<NodeResult> {
  const { cluster, node } = order;
  const workflowId = nodeWorkflowId(cluster, node);
  const withoutReport = (failure: Failure): NodeResult => {
    // Nobody knows how it left its node; the guard releases it when the run is over, so nothing is begun beside it.
    const endsRun =
      failure.code === 'ForbiddenCaller' || !patched('endWithoutReport') ? null : `the update of ${node} ended without a report: ${failure.message}`;
    return { report: { ...untouchedNode(node, 'NeedsAttention', failure.message), failure }, placement: null, endsRun };
  };
  const scope = new CancellationScope();
  const stopStep = () => scope.cancel();
  state.onStopStep.add(stopStep);
  try {
    return await scope.run(async () => {
      const child: ChildWorkflowHandle<typeof updateNode> = await startChild<typeof updateNode>('updateNode', {
        workflowId,
        args: [order],
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        workflowTaskTimeout: '2s',
        memo: { run: state.run },
        searchAttributes: { CauCluster: [cluster], CauNode: [node] },
        staticSummary: `update ${node}: ${order.updates.length} updates`,
      });
      return child.result();
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) return withoutReport(failureFrom(error));
  } finally {
    state.onStopStep.delete(stopStep);
  }
  // An earlier execution of this run (before a reset) began it: wait for it, and take over what it did.
  const stopAdopted = () => {
    // It may have ended by itself meanwhile.
    void getExternalWorkflowHandle(workflowId)
      .cancel()
      .catch(() => undefined);
  };
  state.onStopStep.add(stopAdopted);
  if (state.stop?.after === 'step') stopAdopted();
  try {
    const adopted = await waiting(state.waits, 'adoption', { workflowId }, coordinatorWaitMs, (wait) =>
      coordinatorWait(wait, `take over ${workflowId}`).adoptNodeWorkflow({ workflowId, run: state.run }),
    );
    if (adopted.kind === 'ended') return adopted.result === null ? withoutReport(adopted.failure) : adopted.result;
  } finally {
    state.onStopStep.delete(stopAdopted);
  }
  return { report: untouchedNode(node, 'Failed', `${workflowId} was running for another run`), placement: null, endsRun: null };
}
