import type { WorkflowHandle } from '@temporalio/client';

type Run = Pick<WorkflowHandle, 'client' | 'workflowId'>;

/** Resets the run to its first task, as `temporal workflow reset --type FirstWorkflowTask` does: it begins anew, and its children are forgotten. */
export const resetToStart = (run: Run) => reset(run, 0);

/** Resets the run to its last task, as `--type LastWorkflowTask` does: it goes on where it was, with children that an earlier execution began. */
export const resetToLastTask = (run: Run) => reset(run, -1);

async function reset({ client, workflowId }: Run, task: 0 | -1): Promise<void> {
  const history = await client.getHandle(workflowId).fetchHistory();
  const tasks = history.events?.filter(
    (event) => event.workflowTaskCompletedEventAttributes !== undefined && event.workflowTaskCompletedEventAttributes !== null,
  );
  const eventId = tasks?.at(task)?.eventId;
  if (eventId === undefined || eventId === null) throw new Error('the history has no completed task');
  await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId },
    workflowTaskFinishEventId: eventId,
    reason: 'by a test',
    requestId: workflowId,
  });
}
