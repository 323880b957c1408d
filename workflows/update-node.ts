/** The update of one node: the order of its steps, and how it ends in order whatever happens. */
import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { CauError, type Failure } from '../domain/errors.js';
import { guardId } from '../domain/names.js';
import { nodeOrderSchema, type NodeResult } from '../domain/node-order.js';
import { payloadBytes } from '../domain/payload-size.js';
import type { NodeReport } from '../domain/report.js';
import { parseInput } from '../domain/requests.js';
import { asWorkflow, failureFrom } from './failures.js';
import { installUntilNothingIsLeft, verifyInstallation } from './installation.js';
import { enterMaintenance, prepare } from './enter-maintenance.js';
import { leaveMaintenance } from './leave-maintenance.js';
import { NodeState } from './node-state.js';
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
      return { report, placement: payloadBytes(state.placement) > placementBudgetBytes ? null : state.placement };
    });
  });
}

async function update(state: NodeState): Promise<NodeReport> {
  try {
    await prepare(state);
    state.stopHere();
    await enterMaintenance(state);
    await installUntilNothingIsLeft(state);
    await verifyInstallation(state);
    await leaveMaintenance(state);
    const isWorkDone = state.installed.length > 0 || state.repaired.length > 0 || state.restarts.length > 0;
    return state.report(isWorkDone ? 'Succeeded' : 'UpToDate', null);
  } catch (error) {
    return endInOrder(state, failureFrom(error));
  }
}

/**
 * The first cause ends the node; then its maintenance mode is ended too if the node is healthy, otherwise it is kept
 * with the reason. A hold that somebody broke is his: only our own record is taken away.
 */
async function endInOrder(state: NodeState, failure: Failure): Promise<NodeReport> {
  const { node, run } = state.order;
  const outcome = failure.code === 'Stopped' ? 'Canceled' : 'Failed';
  if (state.heldAt === null) {
    return state.report(failure.code === 'RefusedByOperator' ? 'Skipped' : outcome, failure, failure.message);
  }
  if (state.releasedAt !== null) return state.report(outcome, failure, failure.message);
  try {
    if (mustBeKept(failure)) throw new CauError(failure.code, failure.message);
    await leaveMaintenance(state);
    return state.report(outcome, failure, failure.message);
  } catch (error) {
    const reason = error instanceof CauError && error.code === failure.code ? failure.message : `${failure.message} And then: ${failureFrom(error).message}`;
    return keep(state, failure, reason.slice(0, 500));
  }

  /** Nobody may be let back onto a node whose stop failed or whose services are not as they were. */
  async function keep(kept: NodeState, cause: Failure, reason: string): Promise<NodeReport> {
    kept.kept = reason;
    try {
      const { releaseCommand } = await kept.witnesses.ask({
        summary: `keep ${node} in maintenance mode`,
        not: node,
        ask: (activities, target) => activities.keepNode({ ...target, held: node, run, reason }),
      });
      if (releaseCommand !== null) kept.kept = `${reason} When it is well again: ${releaseCommand}`;
    } catch (error) {
      kept.notes.push(`The reason could not be recorded in the cluster: ${failureFrom(error).message}`);
    }
    return kept.report('NeedsAttention', cause, reason);
  }
}

/** A stop that failed for good may have left the role running: nobody may be let back onto that node. */
function mustBeKept(failure: Failure): boolean {
  return failure.code === 'UnexpectedService' || failure.code === 'RestartTimeout' || failure.facts?.['blocked'] !== undefined;
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
