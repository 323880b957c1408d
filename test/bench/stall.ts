/** How long a run waited for its coordinators: read from its histories. */
import type { SeenEvent } from '../../histories/follow.js';
import { coordinatorQueue } from '../../domain/names.js';

/** Steps of coordinators that wait for other workflows; how long they take is not the coordinators' doing. */
const waiting: readonly string[] = ['awaitClosed', 'adoptNodeWorkflow'];

/** A wait of a run for its coordinators. */
export interface CoordinatorWait {
  readonly ms: number;
  /** What was waited for: `a decision of node1, lost once`, `examineGuard for run`. */
  readonly what: string;
}

/**
 * The longest wait that ended after `since` (milliseconds since 1970): of a decision, from when it was due until it was taken,
 * whoever lost it on the way; or of a step that a coordinator does, until its result.
 */
export function longestWait(events: readonly Pick<SeenEvent, 'workflow' | 'id' | 'kind' | 'at' | 'event'>[], since: number): CoordinatorWait {
  const workflows = [...new Set(events.map((event) => event.workflow))];
  const waits = workflows.flatMap((workflow) => {
    const own = events.filter((event) => event.workflow === workflow);
    return [...waitsOfDecisions(workflow, own), ...waitsOfSteps(workflow, own)];
  });
  const later = waits.filter((wait) => wait.to > since).map(({ from, to, what }) => ({ ms: to - from, what }));
  return later.toSorted((left, right) => right.ms - left.ms)[0] ?? { ms: 0, what: 'nothing' };
}

interface Wait {
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

type Event = Pick<SeenEvent, 'id' | 'kind' | 'at' | 'event'>;

function waitsOfDecisions(workflow: string, events: readonly Event[]): Wait[] {
  const waits: Wait[] = [];
  let due: number | null = null;
  let lost = 0;
  for (const { kind, at } of events) {
    if (kind === 'workflowTaskScheduled') due ??= at;
    if (kind === 'workflowTaskTimedOut') lost += 1;
    if (kind !== 'workflowTaskCompleted' || due === null) continue;
    waits.push({ from: due, to: at, what: `a decision of ${workflow}${lost === 0 ? '' : `, lost ${lost === 1 ? 'once' : `${lost} times`}`}` });
    [due, lost] = [null, 0];
  }
  return waits;
}

function waitsOfSteps(workflow: string, events: readonly Event[]): Wait[] {
  const scheduled = events.filter(({ event }) => {
    const { taskQueue, activityType } = event.activityTaskScheduledEventAttributes ?? {};
    return taskQueue?.name === coordinatorQueue && !waiting.includes(activityType?.name ?? '');
  });
  return scheduled.flatMap(({ id, at, event }) => {
    const end = events.find(({ event }) => Number(closed(event)?.scheduledEventId) === id);
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name ?? '';
    return end === undefined ? [] : [{ from: at, to: end.at, what: `${name} for ${workflow}` }];
  });
}

function closed(event: Event['event']) {
  return event.activityTaskCompletedEventAttributes ?? event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
}
