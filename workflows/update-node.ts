/** The update of one node: the order of its steps, and how it ends in order whatever happens. */
import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { CauError } from '../domain/errors.js';
import { guardId } from '../domain/names.js';
import { nodeOrderSchema, type NodeResult } from '../domain/node-order.js';
import { payloadBytes } from '../domain/payload-size.js';
import type { NodeReport } from '../domain/report.js';
import { parseInput } from '../domain/parse-input.js';
import { afterReturn, beforeMaintenance } from './around-maintenance.js';
import { endInOrder } from './end-in-order.js';
import { asWorkflow, failureFrom } from './failures.js';
import { installUntilNothingIsLeft, verifyInstallation } from './installation.js';
import { enterMaintenance } from './enter-maintenance.js';
import { prepare } from './prepare-node.js';
import { leaveMaintenance } from './leave-maintenance.js';
import { NodeState } from './node-state.js';
import { retrying } from './retrying.js';
import { coordinator } from './workers.js';

const placementBudgetBytes = 64 * 1024;

/** Updates one node for its run. Refuses to work for anybody else than a run that holds the guard of the cluster. */
export async function updateNode(input: unknown): Promise<NodeResult> {
  return asWorkflow(async () => {
    const order = parseInput(nodeOrderSchema, input, 'updateNode');
    const state = new NodeState(order);
    return CancellationScope.nonCancellable(async () => {
      await requireGuardedParent(state);
      const report = await update(state);
      return {
        report,
        placement: payloadBytes(state.placement) > placementBudgetBytes ? null : state.placement,
        members: state.members,
        endsRun: state.endsRun,
      };
    });
  });
}

async function update(state: NodeState): Promise<NodeReport> {
  try {
    for (const stage of stages) await retrying(state, stage);
    return state.report(state.successOutcome, null);
  } catch (error) {
    return endInOrder(state, failureFrom(error));
  }
}

/** In their order; each goes on where it failed when it is entered again. */
const stages: readonly ((state: NodeState) => Promise<void>)[] = [prepare, beforeMaintenance, enterMaintenance, install, leaveMaintenance, afterReturn];

async function install(state: NodeState): Promise<void> {
  await installUntilNothingIsLeft(state);
  await verifyInstallation(state);
}

/** This stops slips, not attackers: what a node does is bounded by its own policy. */
async function requireGuardedParent(state: NodeState): Promise<void> {
  const { parent } = workflowInfo();
  const { cluster, run } = state.order;
  const byRun = parent !== undefined && parent.workflowId === run.workflowId;
  const guard = byRun ? await coordinator(`is ${guardId(cluster)} held by this run?`).examineGuard({ cluster, run }) : null;
  if (guard?.kind === 'ours') return;
  throw new CauError(
    'ForbiddenCaller',
    `updateNode was started ${byRun ? 'by a run that does not hold the guard of its cluster' : 'without an Updating Run'}.`,
    {
      remedy: 'Start "updatingRun" or "cau run"; it starts this workflow itself.',
    },
  );
}
