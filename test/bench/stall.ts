/** How long a run waited for its coordinators: read from its histories. */
import type { SeenEvent } from '../chaos/follow-histories.js';
import { coordinatorQueue } from '../../domain/names.js';

/** Steps of coordinators that wait for other workflows; how long they take is not the coordinators' doing. */
const waiting: readonly string[] = ['awaitClosed', 'adoptNodeWorkflow'];

/**
 * The longest wait that ended after `since` (milliseconds since 1970), in milliseconds: of a decision, from when it was due
 * until it was taken, whoever lost it on the way; or of a step that a coordinator does, until its result.
 */
export function longestWait(events: readonly Pick<SeenEvent, 'workflow' | 'id' | 'kind' | 'at' | 'event'>[], since: number): number {
  const workflows = [...new Set(events.map((event) => event.workflow))];
  const waits = workflows.flatMap((workflow) => {
    const own = events.filter((event) => event.workflow === workflow);
    return [...waitsOfDecisions(own), ...waitsOfSteps(own)];
  });
  return Math.max(0, ...waits.filter((wait) => wait.to > since).map(({ from, to }) => to - from));
}

interface Wait {
  readonly from: number;
  readonly to: number;
}

type Event = Pick<SeenEvent, 'id' | 'kind' | 'at' | 'event'>;

function waitsOfDecisions(events: readonly Event[]): Wait[] {
  const waits: Wait[] = [];
  let due: number | null = null;
  for (const { kind, at } of events) {
    if (kind === 'workflowTaskScheduled') due ??= at;
    if (kind !== 'workflowTaskCompleted' || due === null) continue;
    waits.push({ from: due, to: at });
    due = null;
  }
  return waits;
}

function waitsOfSteps(events: readonly Event[]): Wait[] {
  const scheduled = events.filter(({ event }) => {
    const { taskQueue, activityType } = event.activityTaskScheduledEventAttributes ?? {};
    return taskQueue?.name === coordinatorQueue && !waiting.includes(activityType?.name ?? '');
  });
  return scheduled.flatMap(({ id, at }) => {
    const end = events.find(({ event }) => Number(closed(event)?.scheduledEventId) === id);
    return end === undefined ? [] : [{ from: at, to: end.at }];
  });
}

function closed(event: Event['event']) {
  return event.activityTaskCompletedEventAttributes ?? event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
}
