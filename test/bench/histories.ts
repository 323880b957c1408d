/** When things happened in a workflow, by the clock of the Temporal service: read from its history. */
import type { WorkflowHandle } from '@temporalio/client';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];

/** An activity. All times are milliseconds since 1970, with the service's fractions. */
export interface StepTimes {
  readonly name: string;
  readonly scheduledAt: number;
  /** When a worker took the attempt that counted; null when none ever did. */
  readonly startedAt: number | null;
  readonly endedAt: number;
  readonly attempt: number;
}

/** A child workflow that was started, or a timer. */
export interface Span {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface ChildSpan extends Span {
  readonly workflowId: string;
  readonly runId: string;
}

export interface WorkflowTimes {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly steps: readonly StepTimes[];
  readonly timers: readonly Span[];
  readonly children: readonly ChildSpan[];
}

/** Reads the times of a workflow that is over. What never ended is left out. */
export function parseHistory(history: History): WorkflowTimes {
  const events = history.events ?? [];
  const byId = new Map(events.map((event) => [String(event.eventId), event]));
  const find = (id: unknown) => byId.get(String(id)) ?? null;
  const steps: StepTimes[] = [];
  const timers: Span[] = [];
  const children: ChildSpan[] = [];
  for (const event of events) {
    const step = closedActivity(event);
    const scheduled = find(step?.scheduledEventId);
    if (step !== null && scheduled !== null) {
      const started = find(step.startedEventId);
      steps.push({
        name: scheduled.activityTaskScheduledEventAttributes?.activityType?.name ?? '',
        scheduledAt: timeOf(scheduled),
        startedAt: started === null ? null : timeOf(started),
        endedAt: timeOf(event),
        attempt: started?.activityTaskStartedEventAttributes?.attempt ?? 1,
      });
    }
    const timer = event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes;
    const timerStart = find(timer?.startedEventId);
    if (timerStart !== null) timers.push({ name: 'timer', startedAt: timeOf(timerStart), endedAt: timeOf(event) });
    const child = event.childWorkflowExecutionCompletedEventAttributes ?? event.childWorkflowExecutionFailedEventAttributes;
    const childStart = find(child?.startedEventId);
    if (childStart !== null) {
      const { workflowType, workflowExecution } = childStart.childWorkflowExecutionStartedEventAttributes ?? {};
      children.push({
        name: workflowType?.name ?? '',
        workflowId: workflowExecution?.workflowId ?? '',
        runId: workflowExecution?.runId ?? '',
        startedAt: timeOf(childStart),
        endedAt: timeOf(event),
      });
    }
  }
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) throw new Error('the history is empty');
  return { startedAt: timeOf(first), endedAt: timeOf(last), steps, timers, children };
}

function closedActivity(event: HistoryEvent) {
  return (
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes ??
    null
  );
}

function timeOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
}
