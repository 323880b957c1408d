/** The nodes of a run, one after another: who is next, may it be begun, and how it ended. */
import { CancellationScope, ParentClosePolicy, startChild, type ChildWorkflowHandle } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { decideBudget } from '../domain/budget.js';
import { nodeWorkflowId } from '../domain/names.js';
import type { NodeOrder, NodeResult } from '../domain/node-order.js';
import type { PlannedNode } from '../domain/plan.js';
import type { ScanResult } from '../domain/ports/update-plugin.js';
import { untouchedNode, type NodeReport } from '../domain/report.js';
import { renderVerdict } from '../domain/verdict.js';
import { failureFrom } from './failures.js';
import type { HeldGuard } from './guard-holding.js';
import { Measuring } from './measuring.js';
import type { RunState } from './run-state.js';
import { awaitTurn } from './turn.js';
import { fitOf } from './window.js';
import type { updateNode } from './update-node.js';
import { waiting } from './waiting.js';
import { coordinatorWait, coordinatorWaitMs } from './workers.js';

/** Updates the planned nodes one after another; what is not begun is reported with its reason. */
export async function updateNodes(state: RunState, guard: HeldGuard, scans: ReadonlyMap<string, ScanResult>, budget: number): Promise<void> {
  const planned = state.plan?.nodes ?? [];
  const measuring = new Measuring(state);
  for (const node of planned) {
    if (node.action === 'skip') state.finish(untouchedNode(node.node, 'Skipped', node.reason));
    else if (node.action === 'upToDate') state.finish(untouchedNode(node.node, 'UpToDate', 'nothing to update'));
    else {
      await awaitTurn(state, node.node);
      const refusal = await reasonNotToBegin(state, guard, node, budget);
      if (refusal !== null) state.finish(refusal);
      else {
        measuring.moveAwayFrom(node.node, planned.find((next) => next.action === 'update' && !state.isBegun(next.node) && next.node !== node.node)?.node);
        await updateOne(state, node, scans.get(node.node));
      }
    }
  }
  await measuring.end();
}

async function reasonNotToBegin(state: RunState, guard: HeldGuard, planned: PlannedNode, budget: number): Promise<NodeReport | null> {
  const { node } = planned;
  if (state.stop !== null) return untouchedNode(node, 'Canceled', state.stop.reason);
  if (state.skipped.has(node)) return untouchedNode(node, 'Skipped', 'left out by command');
  if (await guard.lost()) return untouchedNode(node, 'Canceled', 'the guard of the cluster was lost; another run could work on it');
  const verdict = decideBudget(state.outcomes(), budget);
  if (verdict.state !== 'met') return untouchedNode(node, 'Canceled', renderVerdict(verdict));
  const fit = fitOf(state, planned);
  return fit.state === 'met' ? null : untouchedNode(node, 'Canceled', renderVerdict(fit));
}

async function updateOne(state: RunState, planned: PlannedNode, scan: ScanResult | undefined): Promise<void> {
  const { cluster } = state.request;
  const { node } = planned;
  const order: NodeOrder = {
    cluster,
    node,
    run: state.run,
    members: [...state.witnesses.members],
    options: state.options.values,
    updates: [...(scan?.updates ?? [])],
    limit: state.options.values.maxParallelNodes,
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
  const failed = (error: unknown): NodeResult => {
    const failure = failureFrom(error);
    return { report: { ...untouchedNode(node, 'NeedsAttention', failure.message), failure }, placement: null, endsRun: null };
  };
  try {
    return await CancellationScope.cancellable(async () => {
      const scope = CancellationScope.current();
      state.onStopStep = () => scope.cancel();
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
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) return failed(error);
  } finally {
    state.onStopStep = null;
  }
  // An earlier execution of this run (before a reset) began it: wait for it, and take over what it did.
  const adopted = await waiting(state.waits, 'adoption', { workflowId }, coordinatorWaitMs, (wait) =>
    coordinatorWait(wait, `take over ${workflowId}`).adoptNodeWorkflow({ workflowId, run: state.run }),
  );
  if (adopted.kind === 'ended' && adopted.result !== null) return adopted.result;
  return {
    report: {
      ...untouchedNode(node, 'Failed', `${workflowId} was running for another run`),
      failure: adopted.kind === 'ended' ? adopted.failure : null,
    },
    placement: null,
    endsRun: null,
  };
}
