/** The events of a run, read from its history and those of its nodes: complete, in order, and the same whenever they are read. */
import { z } from 'zod';
import { createFailure, failureSchema } from '../domain/errors.js';
import { eventCatalogue, eventsOfFailure, eventsOfNode, eventsOfReport, type EventWords, type RunEvent } from '../domain/events.js';
import { nodeReportSchema, reportSchema } from '../domain/report.js';
import { eventOfTimer, type TimerEvent } from '../domain/alarms.js';
import { targetNewsSchema, type Place } from '../domain/notification.js';
import { eventsOfStep, nodeOfStep } from '../domain/step-events.js';
import type { SeenEvent } from './follow.js';
import { decode, wordsOf } from './payloads.js';

/** What was read so far, as far as later events depend on it. */
interface Memory {
  readonly steps: Map<string, Step>;
  /** Those that stand for an event. */
  readonly timers: Map<string, TimerEvent>;
  /** The nodes that are drained, and the targets that take no events. */
  readonly drained: Set<string>;
  readonly failing: Set<string>;
}

/** Of which run the histories are. */
export interface EventSource {
  readonly workflowId: string;
  /** The same over a reset. */
  readonly firstExecutionRunId: string;
}

/** An event, and where in the histories it comes from. */
export interface ReadEvent {
  readonly event: RunEvent;
  readonly workflow: string;
  readonly place: Place;
}

/** A step that was scheduled: what it is, and what it was asked. */
interface Step {
  readonly type: string;
  readonly input: unknown;
}

/**
 * Answers what each event of the histories means, none or several; they must come in the order of their history. Whatever
 * cannot be decoded, for instance since it is encrypted, is told without its details.
 */
export function createEventReader({ workflowId, firstExecutionRunId }: EventSource): (seen: SeenEvent) => ReadEvent[] {
  let cluster = '';
  const memory: Memory = { steps: new Map(), timers: new Map(), drained: new Set(), failing: new Set() };
  return (seen) => {
    cluster ||= requestOf(seen)?.cluster ?? '';
    const at = Math.floor(seen.at);
    return translate(seen, memory).map(({ name, node, message }, index) => ({
      workflow: seen.workflow,
      place: { at: seen.at, id: seen.id, index },
      event: {
        id: `${firstExecutionRunId}/${seen.workflow}/${seen.id}${index === 0 ? '' : `.${index}`}@${at}`,
        number: eventCatalogue[name].number,
        name,
        level: eventCatalogue[name].level,
        at: new Date(at).toISOString(),
        cluster,
        run: workflowId,
        node,
        message,
      },
    }));
  };
}

function translate(seen: SeenEvent, { steps, timers, drained, failing }: Memory): EventWords[] {
  const { event, workflow } = seen;
  const stepOf = (scheduled: unknown) => steps.get(`${workflow}/${String(scheduled)}`);
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) {
    steps.set(`${workflow}/${seen.id}`, { type: scheduled.activityType?.name ?? '', input: decode(scheduled.input) });
    return [];
  }
  const completed = event.activityTaskCompletedEventAttributes;
  if (completed) return wordsOfStep(stepOf(completed.scheduledEventId), decode(completed.result), drained);
  const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
  if (failed && stepOf(failed.scheduledEventId)?.type === 'archiveReport')
    return [{ name: 'reportNotSaved', node: nodeOfStep(stepOf(failed.scheduledEventId)?.input), message: failed.failure?.message ?? 'no answer' }];
  const timer = timerOf(seen, timers);
  if (timer !== null)
    return timer.event === null || timer.event.when !== timer.when ? [] : [{ name: timer.event.name, node: null, message: timer.event.message }];
  const signaled = event.workflowExecutionSignaledEventAttributes;
  if (signaled?.signalName === 'target') return wordsOfTarget(decode(signaled.input), failing);
  return workflow === 'run' ? wordsOfRun(seen) : [];
}

/** A node is looked at again and again while it is drained; it is drained once. */
function wordsOfStep(step: Step | undefined, result: unknown, drained: Set<string>): EventWords[] {
  if (step === undefined) return [];
  return eventsOfStep({ ...step, result }).filter(({ name, node }) => {
    if (name === 'maintenanceBegun') drained.delete(node ?? '');
    if (name !== 'maintenanceEntered') return true;
    const isFirst = !drained.has(node ?? '');
    drained.add(node ?? '');
    return isFirst;
  });
}

function wordsOfRun(seen: SeenEvent): EventWords[] {
  const { event } = seen;
  const say = (name: EventWords['name'], message: string, node: string | null = null): EventWords[] => [{ name, node, message }];
  const started = event.workflowExecutionStartedEventAttributes;
  if (started) {
    const request = requestOf(seen);
    const schedule = decode({ payloads: [started.searchAttributes?.indexedFields?.['TemporalScheduledById'] ?? {}] });
    const by = request?.requestedBy ?? (typeof schedule === 'string' ? `schedule ${schedule}` : 'somebody');
    return say('runStarted', `Requested by ${by}${because(request?.reason)}.`);
  }
  const signaled = event.workflowExecutionSignaledEventAttributes;
  if (signaled) return wordsOfCommand(signaled.signalName ?? '', decode(signaled.input));
  if (event.workflowExecutionCancelRequestedEventAttributes) return say('stopAsked', 'canceled through Temporal: it ends after the steps at work');
  const begun = event.childWorkflowExecutionStartedEventAttributes;
  if (begun?.workflowType?.name === 'updateNode') return say('nodeBegun', eventCatalogue.nodeBegun.meaning, nameOf(begun.workflowExecution?.workflowId));
  const done = event.childWorkflowExecutionCompletedEventAttributes;
  const report = nodeResultSchema.safeParse(decode(done?.result)).data?.report;
  if (report !== undefined) return eventsOfNode(report);
  const broken = event.childWorkflowExecutionFailedEventAttributes;
  if (broken?.workflowType?.name === 'updateNode') return say('nodeFailed', broken.failure?.message ?? '', nameOf(broken.workflowExecution?.workflowId));
  return wordsOfEnd(event, say);
}

function wordsOfEnd(event: SeenEvent['event'], say: (name: EventWords['name'], message: string) => EventWords[]): EventWords[] {
  const completed = event.workflowExecutionCompletedEventAttributes;
  if (completed) {
    const report = reportSchema.safeParse(decode(completed.result)).data;
    return report === undefined ? say('runSucceeded', 'The run ended with a report of another version.') : eventsOfReport(report);
  }
  const failure = event.workflowExecutionFailedEventAttributes?.failure;
  if (failure) {
    const told = failureSchema.safeParse(decode(failure.applicationFailureInfo?.details)).data;
    return eventsOfFailure(told ?? createFailure('Unexpected', failure.message ?? ''));
  }
  const terminated = event.workflowExecutionTerminatedEventAttributes;
  if (terminated) return say('runFailed', `terminated through Temporal${because(terminated.reason)}; its guard cleans up after it`);
  if (event.workflowExecutionTimedOutEventAttributes) return say('runFailed', 'it reached its Temporal timeout; its guard cleans up after it');
  return [];
}

/** A timer is known by its summary, which the history keeps with its start. */
function timerOf(
  { event, workflow, id }: SeenEvent,
  timers: Memory['timers'],
): { readonly when: TimerEvent['when']; readonly event: TimerEvent | null } | null {
  if (event.timerStartedEventAttributes) {
    const meant = eventOfTimer(wordsOf(event.userMetadata?.summary));
    if (meant !== null) timers.set(`${workflow}/${id}`, meant);
    return { when: 'begun', event: meant };
  }
  const fired = event.timerFiredEventAttributes;
  return fired ? { when: 'rung', event: timers.get(`${workflow}/${String(fired.startedEventId)}`) ?? null } : null;
}

/** A target that goes on failing is told of once. */
function wordsOfTarget(news: unknown, failing: Set<string>): EventWords[] {
  const told = targetNewsSchema.safeParse(news).data;
  if (told === undefined) return [];
  const { target, problem } = told;
  const isNew = problem !== null && !failing.has(target);
  if (problem === null) failing.delete(target);
  else failing.add(target);
  return isNew ? [{ name: 'targetFailing', node: null, message: `${target}: ${problem}` }] : [];
}

/** Only that it was asked for: a history has no answers of its run, which may have refused. */
function wordsOfCommand(name: string, payload: unknown): EventWords[] {
  if (!commands.has(name)) return [];
  const { by, node, after, reason } = commandSchema.safeParse(payload).data ?? {};
  const what =
    name === 'approve' ? `take ${node ?? 'what waits'} as approved` : `${name}${node ? ` ${node}` : ''}${after === undefined ? '' : ` after the ${after}`}`;
  return [
    { name: name === 'stop' ? 'stopAsked' : 'commandGiven', node: node ?? null, message: `${by ?? 'somebody'} asked the run to ${what}${because(reason)}` },
  ];
}

const commands: ReadonlySet<string> = new Set(['pause', 'resume', 'stop', 'skip', 'approve']);
const text = z.string().nullish().catch(null);
const commandSchema = z.object({ by: text, reason: text, node: text, after: z.string().optional() });
const requestSchema = z.object({ cluster: text, requestedBy: text, reason: text });
const nodeResultSchema = z.object({ report: nodeReportSchema });
/** What the run was asked for, from the first event of its history. */
const requestOf = ({ workflow, event }: SeenEvent) =>
  workflow === 'run' ? requestSchema.safeParse(decode(event.workflowExecutionStartedEventAttributes?.input)).data : undefined;
const because = (reason: string | null | undefined) => (reason === null || reason === undefined || reason === '' ? '' : `: ${reason}`);
const nameOf = (workflowId: string | null | undefined) => workflowId?.split('/').at(-1) ?? null;
