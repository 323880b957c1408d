/** What a step of a run comes to as an event: from the name of the activity, what it was asked, and what it answered. */
import { z } from 'zod';
import { renderElapsed } from './duration.js';
import { eventCatalogue, type EventWords } from './events.js';
import { failureOfHook, failureOfLostHook, hookPhaseSchema, nameHook, scriptEndSchema } from './hooks.js';

/** A step that was done. Whatever is missing in input or result, for instance since it is encrypted, is told without its details. */
export interface DoneStep {
  readonly type: string;
  readonly input: unknown;
  readonly result: unknown;
}

/** The events of one step; most steps have none. */
export function eventsOfStep({ type, input, result }: DoneStep): EventWords[] {
  const asked = stepSchema.safeParse(input).data;
  const node = asked?.held ?? asked?.watched ?? asked?.node ?? null;
  const say = (name: EventWords['name'], message: string = eventCatalogue[name].meaning): EventWords[] => [{ name, node, message }];
  switch (type) {
    case 'holdNode':
      return say('maintenanceBegun');
    case 'watchCluster':
      return asked?.condition === 'drained' && metSchema.safeParse(result).success ? say('maintenanceEntered') : [];
    case 'releaseNode':
      return result === 'released' ? say('maintenanceLeft') : [];
    case 'endHold':
      return endedSchema.safeParse(result).success ? [...say('leftoversEnded', asked?.why ?? undefined), ...say('maintenanceLeft')] : [];
    case 'cancelGuard':
      return [{ name: 'leftoversEnded', node: null, message: 'The guard of an earlier run, which is over, was told to clean up.' }];
    case 'restartNode':
      return result === 'restarting' ? say('nodeRestarting') : [];
    case 'confirmRestarted':
      return say('nodeRestarted', `The node answers on boot ${bootSchema.safeParse(result).data?.bootId ?? '?'}.`);
    case 'installUpdates':
      return eventsOfInstallation(result, say);
    case 'runHook':
      return eventsOfHook(input, result, say);
    default:
      return [];
  }
}

/** The node that a step is about, or null. */
export function nodeOfStep(input: unknown): string | null {
  const asked = stepSchema.safeParse(input).data;
  return asked?.held ?? asked?.watched ?? asked?.node ?? null;
}

function eventsOfInstallation(result: unknown, say: (name: EventWords['name'], message: string) => EventWords[]): EventWords[] {
  const answer = installationSchema.safeParse(result).data;
  if (answer === undefined) return [];
  if (answer.kind === 'interrupted') return say('installationInterrupted', answer.message);
  const { updates } = answer.result;
  const named = updates.map(({ name, version, outcome, message }) => `${name} ${version} ${outcome}${message === undefined ? '' : ` (${message})`}`).join(', ');
  return say(updates.some(({ outcome }) => outcome === 'failed') ? 'updatesFailed' : 'updatesInstalled', named === '' ? 'nothing was left to install' : named);
}

function eventsOfHook(input: unknown, result: unknown, say: (name: EventWords['name'], message: string) => EventWords[]): EventWords[] {
  const answer = hookSchema.safeParse(result).data;
  const hook = hookInputSchema.safeParse(input).data;
  if (answer === undefined || hook === undefined) return [];
  if (answer.kind === 'interrupted') return say('scriptFailed', failureOfLostHook(hook, answer.message).message);
  const failure = failureOfHook(hook, answer.result);
  return failure === null ? say('scriptEnded', `${nameHook(hook)} ended after ${renderElapsed(answer.result.ms)}.`) : say('scriptFailed', failure.message);
}

const stepSchema = z.object({
  node: z.string().optional(),
  held: z.string().optional(),
  watched: z.string().optional(),
  condition: z.string().optional(),
  why: z.string().optional(),
});
const metSchema = z.object({ verdict: z.object({ state: z.literal('met') }) });
const endedSchema = z.object({ kind: z.literal('released') });
const bootSchema = z.object({ bootId: z.string() });
const installationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('interrupted'), message: z.string() }),
  z.object({
    kind: z.literal('finished'),
    result: z.object({ updates: z.array(z.object({ name: z.string(), version: z.string(), outcome: z.string(), message: z.string().optional() })) }),
  }),
]);
const hookInputSchema = z.object({ phase: hookPhaseSchema, script: z.string(), node: z.string(), timeout: z.string() });
const hookSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('interrupted'), message: z.string() }),
  z.object({ kind: z.literal('finished'), result: scriptEndSchema }),
]);
