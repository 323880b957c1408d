/** The events of a run, read from its history and those of its nodes: complete, in order, and the same whenever they are read. */
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { z } from 'zod';
import { createFailure, failureSchema } from '../domain/errors.js';
import { renderElapsed } from '../domain/duration.js';
import { eventCatalogue, eventsOfFailure, eventsOfNode, eventsOfReport, type EventWords, type RunEvent } from '../domain/events.js';
import { failureOfHook, failureOfLostHook, hookPhaseSchema, nameHook, scriptEndSchema } from '../domain/hooks.js';
import { nodeReportSchema, reportSchema } from '../domain/report.js';
import type { SeenEvent } from './histories.js';

/** Of which run the histories are. */
export interface EventSource {
  readonly workflowId: string;
  /** The execution: after a reset there is another one. */
  readonly runId: string;
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
export function createEventReader({ workflowId, runId }: EventSource): (seen: SeenEvent) => RunEvent[] {
  let cluster = '';
  const steps = new Map<string, Step>();
  const drained = new Set<string>();
  return (seen) => {
    cluster ||= requestOf(seen)?.cluster ?? '';
    return translate(seen, steps, drained).map(({ name, node, message }, index) => ({
      id: `${runId}/${seen.workflow}/${seen.id}${index === 0 ? '' : `.${index}`}`,
      number: eventCatalogue[name].number,
      name,
      level: eventCatalogue[name].level,
      at: new Date(seen.at).toISOString(),
      cluster,
      run: workflowId,
      node,
      message,
    }));
  };
}

function translate(seen: SeenEvent, steps: Map<string, Step>, drained: Set<string>): EventWords[] {
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
    return [{ name: 'reportNotSaved', node: nodeOf(stepOf(failed.scheduledEventId)?.input), message: failed.failure?.message ?? 'no answer' }];
  return workflow === 'run' ? wordsOfRun(seen) : [];
}

function wordsOfStep(step: Step | undefined, result: unknown, drained: Set<string>): EventWords[] {
  if (step === undefined) return [];
  const held = stepSchema.safeParse(step.input).data;
  const node = held?.held ?? held?.watched ?? held?.node ?? null;
  const say = (name: EventWords['name'], message: string = eventCatalogue[name].meaning): EventWords[] => [{ name, node, message }];
  switch (step.type) {
    case 'holdNode':
      drained.delete(node ?? '');
      return say('maintenanceBegun');
    case 'watchCluster':
      // A node is looked at again and again while it is drained; it is drained once.
      if (held?.condition !== 'drained' || drained.has(node ?? '') || !metSchema.safeParse(result).success) return [];
      drained.add(node ?? '');
      return say('maintenanceEntered');
    case 'releaseNode':
      return result === 'released' ? say('maintenanceLeft') : [];
    case 'restartNode':
      return result === 'restarting' ? say('nodeRestarting') : [];
    case 'confirmRestarted':
      return say('nodeRestarted', `The node answers on boot ${bootSchema.safeParse(result).data?.bootId ?? '?'}.`);
    case 'installUpdates':
      return wordsOfInstallation(result, say);
    case 'runHook':
      return wordsOfHook(held, result, say);
    default:
      return [];
  }
}

function wordsOfInstallation(result: unknown, say: (name: EventWords['name'], message: string) => EventWords[]): EventWords[] {
  const answer = installationSchema.safeParse(result).data;
  if (answer === undefined) return [];
  if (answer.kind === 'interrupted') return say('installationInterrupted', answer.message);
  const { updates } = answer.result;
  const named = updates.map(({ name, version, outcome, message }) => `${name} ${version} ${outcome}${message === undefined ? '' : ` (${message})`}`).join(', ');
  return say(updates.some(({ outcome }) => outcome === 'failed') ? 'updatesFailed' : 'updatesInstalled', named === '' ? 'nothing was left to install' : named);
}

function wordsOfHook(
  asked: z.infer<typeof stepSchema> | undefined,
  result: unknown,
  say: (name: EventWords['name'], message: string) => EventWords[],
): EventWords[] {
  const answer = hookSchema.safeParse(result).data;
  const hook = hookInputSchema.safeParse(asked).data;
  if (answer === undefined || hook === undefined) return [];
  if (answer.kind === 'interrupted') return say('scriptFailed', failureOfLostHook(hook, answer.message).message);
  const failure = failureOfHook(hook, answer.result);
  return failure === null ? say('scriptEnded', `${nameHook(hook)} ended after ${renderElapsed(answer.result.ms)}.`) : say('scriptFailed', failure.message);
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

function wordsOfCommand(name: string, payload: unknown): EventWords[] {
  if (!commands.has(name)) return [];
  const said = commandSchema.safeParse(payload).data;
  const message = `${name}${said?.after === undefined ? '' : ` after the ${said.after}`}, asked for by ${said?.by ?? 'somebody'}${because(said?.reason)}`;
  return [{ name: name === 'stop' ? 'stopAsked' : 'commandGiven', node: said?.node ?? null, message }];
}

const commands: ReadonlySet<string> = new Set(['pause', 'resume', 'stop', 'skip', 'approve']);
const text = z.string().nullish().catch(null);
const commandSchema = z.object({ by: text, reason: text, node: text, after: z.string().optional() });
const requestSchema = z.object({ cluster: text, requestedBy: text, reason: text });
const stepSchema = z.looseObject({
  node: z.string().optional(),
  held: z.string().optional(),
  watched: z.string().optional(),
  condition: z.string().optional(),
});
const hookInputSchema = z.object({ phase: hookPhaseSchema, script: z.string(), node: z.string(), timeout: z.string() });
const hookSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('interrupted'), message: z.string() }),
  z.object({ kind: z.literal('finished'), result: scriptEndSchema }),
]);
const metSchema = z.object({ verdict: z.object({ state: z.literal('met') }) });
const bootSchema = z.object({ bootId: z.string() });
const nodeResultSchema = z.object({ report: nodeReportSchema });
const installationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('interrupted'), message: z.string() }),
  z.object({
    kind: z.literal('finished'),
    result: z.object({ updates: z.array(z.object({ name: z.string(), version: z.string(), outcome: z.string(), message: z.string().optional() })) }),
  }),
]);

/** What the run was asked for, from the first event of its history. */
const requestOf = ({ workflow, event }: SeenEvent) =>
  workflow === 'run' ? requestSchema.safeParse(decode(event.workflowExecutionStartedEventAttributes?.input)).data : undefined;
const because = (reason: string | null | undefined) => (reason === null || reason === undefined || reason === '' ? '' : `: ${reason}`);
const nodeOf = (input: unknown) => stepSchema.safeParse(input).data?.node ?? null;
const nameOf = (workflowId: string | null | undefined) => workflowId?.split('/').at(-1) ?? null;

/** The first payload as it was given; undefined when it cannot be decoded. */
function decode(payloads: { readonly payloads?: readonly Payload[] | null } | null | undefined): unknown {
  const [payload] = payloads?.payloads ?? [];
  try {
    return payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined;
  }
}
