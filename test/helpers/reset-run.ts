import type { WorkflowHandle } from '@temporalio/client';

/** Resets the run to its first task, as `temporal workflow reset --type FirstWorkflowTask` does: it begins anew, and its children are forgotten. */
export async function resetToStart({ client, workflowId }: Pick<WorkflowHandle, 'client' | 'workflowId'>): Promise<void> {
  const history = await client.getHandle(workflowId).fetchHistory();
  const firstTask = history.events?.find(({ workflowTaskCompletedEventAttributes: task }) => task !== undefined && task !== null)?.eventId;
  if (firstTask === undefined || firstTask === null) throw new Error('the history has no completed task');
  await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId },
    workflowTaskFinishEventId: firstTask,
    reason: 'by a test',
    requestId: workflowId,
  });
}
