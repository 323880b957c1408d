/** How the histories of a run are taken from Temporal. */
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { guardId, nodeWorkflowId, notificationId } from '../../domain/names.js';
import type { World } from '../helpers/simulated-world.js';
import { writeRecordedPath } from './histories.js';

/** Writes the histories of the run, and of its guard, nodes and notification as far as they are of this run; answers how many. */
export async function recordRun(world: World, nodes: readonly string[], path: string, run: WorkflowHandle): Promise<number> {
  await world.untilFree();
  const { workflow } = world.temporal.client;
  const latest = workflow.getHandle(run.workflowId);
  const { startTime } = await latest.describe();
  const firstExecutionRunId =
    (await workflow.getHandle(run.workflowId).fetchHistory()).events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId ?? '';
  const others = [
    guardId(world.name),
    notificationId(world.name, { workflowId: run.workflowId, firstExecutionRunId }),
    ...nodes.map((node) => nodeWorkflowId(world.name, node)),
  ];
  const workflows = await Promise.all(
    [latest, ...others.map((id) => workflow.getHandle(id))].map(async (handle) => {
      const description = await handle.describe().catch(() => null);
      if (description === null || description.startTime < startTime) return [];
      return [{ workflowId: handle.workflowId, history: JSON.parse(historyToJSON(await handle.fetchHistory())) as unknown }];
    }),
  );
  await writeRecordedPath({ path, workflows: workflows.flat() });
  return workflows.flat().length;
}
