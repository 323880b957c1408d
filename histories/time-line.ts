/** The time line of exported histories: what each step was for, how long it took, what was waited for, and the events of the run. */
import type { TimeLine, TimeLineEntry, ToldWorkflow } from '../domain/time-line.js';
import { byTime, nameOfWorkflow, toSeenEvent, type SeenEvent } from './follow.js';
import { wordsOf } from './payloads.js';
import { createEventReader } from './run-events.js';

type HistoryEvent = SeenEvent['event'];

/** A time line of the histories of one run: its own, its guard's and its nodes', or some of them. Each has at least one event. */
export function timeLineOf(histories: readonly (readonly HistoryEvent[])[]): TimeLine {
  const told = histories.map(tell);
  const beganAt = Math.min(...told.flatMap(({ seen }) => seen.slice(0, 1).map(({ at }) => at)));
  const entries = [...told.flatMap(({ seen }) => stepsAndWaits(seen)), ...eventsIn(told)];
  return {
    workflows: told.map(({ workflow }) => workflow),
    entries: entries
      .toSorted((left, right) => left.from - right.from)
      .map(({ from, ...entry }) => ({ at: iso(from), afterMs: Math.round(from - beganAt), ...entry })),
  };
}

type Entry = Omit<TimeLineEntry, 'at' | 'afterMs'> & { readonly from: number };

interface Told {
  readonly workflow: ToldWorkflow;
  readonly seen: readonly SeenEvent[];
}

function tell(events: readonly HistoryEvent[]): Told {
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const type = started?.workflowType?.name ?? 'workflow';
  const workflowId = started?.workflowId ?? '';
  const name = nameOfWorkflow(type, workflowId);
  const seen = events.map((event) => toSeenEvent(name, event));
  const end = /^workflowExecution(Completed|Failed|TimedOut|Canceled|Terminated|ContinuedAsNew)$/.exec(seen.at(-1)?.kind ?? '')?.[1];
  const state = end === undefined ? 'running' : `${end.charAt(0).toLowerCase()}${end.slice(1)}`;
  return { workflow: { workflow: name, workflowId, type, events: events.length, state }, seen };
}

/** What began and ended in one history, by the id of the event that began it. */
function stepsAndWaits(seen: readonly SeenEvent[]): Entry[] {
  const begun = new Map<string, Entry>();
  const change = (id: unknown, more: (entry: Entry) => Partial<Entry>) => {
    const entry = begun.get(String(id));
    if (entry !== undefined) begun.set(String(id), { ...entry, ...more(entry) });
  };
  for (const { workflow, id, at, event } of seen) {
    const summary = wordsOf(event.userMetadata?.summary);
    const open = { from: at, workflow, ms: null, attempts: 0, failure: null };
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) begun.set(String(id), { ...open, kind: 'step', what: [scheduled.activityType?.name, summary].filter(Boolean).join(': ') });
    if (event.timerStartedEventAttributes) begun.set(String(id), { ...open, kind: 'wait', what: summary || 'a timer' });
    const started = event.activityTaskStartedEventAttributes;
    if (started) change(started.scheduledEventId, () => ({ attempts: started.attempt ?? 1, failure: started.lastFailure?.message ?? null }));
    const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
    const ended = failed ?? event.activityTaskCompletedEventAttributes ?? event.activityTaskCanceledEventAttributes;
    if (ended) change(ended.scheduledEventId, ({ from, failure }) => ({ ms: at - from, failure: failed?.failure?.message ?? failure }));
    const over = event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes;
    if (over) change(over.startedEventId, ({ from }) => ({ ms: at - from }));
  }
  return [...begun.values()];
}

/** The events of the run, as `cau events` tells them. */
function eventsIn(told: readonly Told[]): Entry[] {
  const run = told.find(({ workflow }) => workflow.workflow === 'run');
  const started = run?.seen[0]?.event.workflowExecutionStartedEventAttributes;
  const read = createEventReader({ workflowId: run?.workflow.workflowId ?? '', firstExecutionRunId: started?.firstExecutionRunId ?? '' });
  return told
    .flatMap(({ seen }) => seen)
    .toSorted(byTime)
    .flatMap((seen) =>
      read(seen).map(({ event: { number, node, message } }) => ({
        from: seen.at,
        workflow: seen.workflow,
        kind: 'event' as const,
        what: `${number} ${node === null || node === seen.workflow ? '' : `${node}: `}${message}`,
        ms: null,
        attempts: 0,
        failure: null,
      })),
    );
}

const iso = (ms: number) => new Date(ms).toISOString();
