/** The moments of a reference run at which something is killed: together they come after every event of its histories. */
import type { SeenEvent } from '../../histories/follow.js';

/** When the event with that number appears in that history. */
export interface Moment {
  readonly workflow: string;
  readonly event: number;
}

/**
 * One moment after each write to a history, in the order of time. Temporal writes several events at once (a decision with
 * all that it asks for, the start and the result of a step); nothing can happen between those.
 */
export function momentsOf(events: readonly Pick<SeenEvent, 'workflow' | 'id' | 'kind'>[]): Moment[] {
  return events.flatMap((event, index) => {
    const next = events.slice(index + 1).find(({ workflow }) => workflow === event.workflow);
    return next !== undefined && isSameWrite(event.kind, next.kind) ? [] : [{ workflow: event.workflow, event: event.id }];
  });
}

/** What a decision asks for; written together with it. */
const command =
  /^(activityTask(Scheduled|CancelRequested)|timer(Started|Canceled)|markerRecorded|startChildWorkflowExecutionInitiated|signalExternalWorkflowExecutionInitiated|requestCancelExternalWorkflowExecutionInitiated|upsertWorkflowSearchAttributes|workflowPropertiesModified|workflowExecution(Completed|Failed|Canceled))$/;

function isSameWrite(kind: string, next: string): boolean {
  if (next === 'workflowTaskScheduled') return kind === 'workflowTaskCompleted' || !kind.startsWith('workflowTask');
  if (/^activityTask(Completed|Failed|TimedOut|Canceled)$/.test(next)) return kind === 'activityTaskStarted';
  return command.test(next) && (kind === 'workflowTaskCompleted' || command.test(kind));
}
