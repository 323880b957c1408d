/** How a run takes the guard of its cluster, notices its loss, and ends it. */
import { ParentClosePolicy, getExternalWorkflowHandle, patched, startChild, type ChildWorkflowHandle } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { clusterBusy } from '../domain/cluster-busy.js';
import { CauError } from '../domain/errors.js';
import { guardId } from '../domain/names.js';
import type { clusterGuard } from './cluster-guard.js';
import { failureFrom } from './failures.js';
import { guardEndSignal, guardNodesSignal } from './messages.js';
import type { RunState } from './run-state.js';
import { waiting, type Waiting } from './waiting.js';
import { coordinator, coordinatorWait, coordinatorWaitMs } from './workers.js';

const attempts = 3;
const cleaningMs = 30_000;
/** How long the end of a guard that has nothing left to clean up may take to be told. */
const tellsWithinMs = 10_000;
/** The guard waits for nodes at work as long as a coordinator does, and then asks three times with patience of its own. */
const guardMs = coordinatorWaitMs + 30 * 60_000;

/** The guard that a run holds. */
export interface HeldGuard {
  /** Whether the guard ended before its run: somebody terminated it. No further node may be begun then. */
  lost(): Promise<boolean>;
  /** Tells the guard which nodes there are, so that it can clean up after a run that ends badly. */
  tellNodes(nodes: readonly string[]): Promise<void>;
  /** Lets the guard clean up and waits until it is closed. */
  end(): Promise<void>;
}

/**
 * Takes the guard. One that this run left behind (after a reset) is adopted; one whose run is closed is asked to clean
 * up, and waited for.
 * @throws CauError `ClusterBusy` naming the holder, its phase and since when
 */
export async function takeGuard(state: RunState): Promise<HeldGuard> {
  const { cluster } = state.request;
  const workflowId = guardId(cluster);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const child = await startChild<typeof clusterGuard>('clusterGuard', {
        workflowId,
        args: [{ cluster, run: state.run }],
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        workflowTaskTimeout: '2s',
        memo: { run: state.run },
        searchAttributes: { CauCluster: [cluster] },
        staticSummary: `guards cluster ${cluster} for ${state.run.workflowId}`,
      });
      return holdOwn(state, child);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const guard = await coordinator(`who guards cluster ${cluster}?`).examineGuard({ cluster, run: state.run });
    if (guard.kind === 'ours') return holdAdopted(state, guard.guardRunId);
    if (guard.kind === 'busy') throw clusterBusy(cluster, guard);
    if (attempt >= attempts) throw new CauError('ClusterBusy', `Cluster ${cluster} is being cleaned up after an earlier run.`);
    if (guard.kind === 'orphaned') await takeOver(state, guard);
  }
}

/** A guard whose run is closed cleans up by itself if it was told; after a reset nobody told it. */
async function takeOver(
  state: RunState,
  guard: { readonly guardRunId: string; readonly holder: { readonly workflowId: string }; readonly since: string },
): Promise<void> {
  const { cluster } = state.request;
  await coordinator(`let the guard of ${guard.holder.workflowId} clean up`).cancelGuard({ cluster, guardRunId: guard.guardRunId });
  try {
    await waiting(state.waits, 'cleaning', { holder: guard.holder.workflowId }, cleaningMs, (wait) =>
      coordinatorWait(wait, `wait until the guard of ${guard.holder.workflowId} is closed`).awaitClosed.executeWithOptions(
        { startToCloseTimeout: cleaningMs, scheduleToCloseTimeout: cleaningMs, heartbeatTimeout: '3s' },
        [{ workflowIds: [guardId(cluster)], cancel: false }],
      ),
    );
  } catch {
    throw new CauError('ClusterBusy', `Cluster ${cluster} is busy: cleaning up after run ${guard.holder.workflowId} since ${guard.since}.`, {
      where: guard.holder.workflowId,
    });
  }
}

/**
 * After a reset to a later point the guard is still a child by the history, but Temporal takes no signal from there to one that an earlier execution
 * began, and may not tell of its end: so it is spoken to from outside, and looked for in the end.
 */
function holdOwn({ request: { cluster }, waits }: RunState, child: ChildWorkflowHandle<typeof clusterGuard>): HeldGuard {
  const outside = patched('guardFromOutside') ? getExternalWorkflowHandle(guardId(cluster), child.firstExecutionRunId) : null;
  const guard = outside ?? child;
  let isClosed = false;
  const result = child.result().then(
    () => undefined,
    () => undefined,
  );
  void result.then(() => {
    isClosed = true;
  });
  return {
    lost: () => Promise.resolve(isClosed),
    tellNodes: (nodes) => guard.signal(guardNodesSignal, [...nodes]).catch(ignoreClosed),
    async end() {
      await guard.signal(guardEndSignal).catch(ignoreClosed);
      await waiting(waits, 'guard', { cluster }, guardMs, async (wait) => {
        if (outside === null) return result;
        if (await wait.until(() => isClosed, 'the guard tells that it is closed', tellsWithinMs)) return;
        await awaitClosed(cluster, wait);
      });
    },
  };
}

/**
 * After a reset the guard is not a child of this execution any more; it is spoken to from outside, and only that one: when
 * it is gone, the guard of another run may have its id.
 */
function holdAdopted({ request: { cluster }, run, waits }: RunState, guardRunId: string | undefined): HeldGuard {
  const guard = getExternalWorkflowHandle(guardId(cluster), guardRunId);
  return {
    lost: async () => (await coordinator(`is cluster ${cluster} still guarded?`).examineGuard({ cluster, run })).kind !== 'ours',
    tellNodes: (nodes) => guard.signal(guardNodesSignal, [...nodes]).catch(ignoreClosed),
    async end() {
      await guard.signal(guardEndSignal).catch(ignoreClosed);
      await waiting(waits, 'guard', { cluster }, coordinatorWaitMs, (wait) => awaitClosed(cluster, wait));
    },
  };
}

/** A coordinator looks until the guard is closed, whoever's child it is. */
function awaitClosed(cluster: string, wait: Waiting): Promise<void> {
  return coordinatorWait(wait, 'wait until the guard is closed').awaitClosed({ workflowIds: [guardId(cluster)], cancel: false });
}

/** A guard that is closed already has nothing to be told. */
function ignoreClosed(error: unknown): void {
  failureFrom(error);
}
