/** Hooks: the user's own scripts before and after the update of a node. Which may be named, and what one came to. */
import { z } from 'zod';
import { renderElapsed } from './duration.js';
import { createFailure, type Failure } from './errors.js';
import { nameSchema } from './names.js';
import { fitText } from './payload-size.js';

/** A script by its name in the node's directory of scripts: never a path, never a command. */
export const scriptNameSchema = nameSchema;

/** What the options say where no script is to be run; a script cannot have this name. */
export const noScript = 'none';

/** Before a node is held, or after it is back. */
export const hookPhaseSchema = z.enum(['preUpdate', 'postUpdate']);
export type HookPhase = z.infer<typeof hookPhaseSchema>;

/** What the ledger of a node calls a script that it began: work that is done while nobody holds the node. */
export const hookStep = (phase: HookPhase) => `hook-${phase}`;

/** Whether an entry of a ledger is that of a script. */
export const isHookStep = (step: string) => hookPhaseSchema.options.some((phase) => step === hookStep(phase));

/** How a script ended. `signaled`: something killed it; `timedOut`: it was ended, with all that it had started, when its time was over. */
export const scriptEndSchema = z.strictObject({
  ended: z.enum(['exited', 'signaled', 'timedOut']),
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  ms: z.number().int(),
  /** The end of what it wrote to standard output and standard error. */
  output: z.string(),
  /** Bytes before that. */
  outputCut: z.number().int(),
});
export type ScriptEnd = z.infer<typeof scriptEndSchema>;

/** A hook in the report of its node. `interrupted`: it was begun and left no result; what else is known of it, is not. */
export const hookRecordSchema = z.strictObject({
  phase: hookPhaseSchema,
  script: z.string(),
  ended: z.enum([...scriptEndSchema.shape.ended.options, 'interrupted']),
  exitCode: z.number().int().nullable(),
  ms: z.number().int().nullable(),
  output: z.string(),
});
export type HookRecord = z.infer<typeof hookRecordSchema>;

/** Which script of which node, and how long it may take. */
export interface Hook {
  readonly phase: HookPhase;
  readonly script: string;
  readonly node: string;
  readonly timeout: string;
}

/** What a hook came to, for the report. */
export function recordOf({ phase, script }: Hook, { ended, exitCode, ms, output }: ScriptEnd): HookRecord {
  return { phase, script, ended, exitCode, ms, output };
}

/** The failure of a hook that did not end with exit code 0; null when it did. */
export function failureOfHook(hook: Hook, end: ScriptEnd): Failure | null {
  if (end.ended === 'exited' && end.exitCode === 0) return null;
  return createFailure('HookFailed', `${nameHook(hook)} ${renderEnd(hook, end)}${lastLines(end)}`, {
    where: hook.node,
    facts: { script: hook.script, phase: hook.phase, exitCode: end.exitCode },
  });
}

/** The failure of a hook of which nobody knows how far it came. */
export function failureOfLostHook(hook: Hook, why: string): Failure {
  return createFailure('HookFailed', `${nameHook(hook)} was begun and left no result: ${why} It is not run again, since nobody knows how far it came.`, {
    where: hook.node,
    facts: { script: hook.script, phase: hook.phase, exitCode: null },
    remedy: 'Look on the node what it did and undo or finish that; the next run runs it again.',
  });
}

/** The failure of a hook that was not run: its node refuses it by now, or it cannot be started. */
export function failureOfRefusedHook(hook: Hook, { message, remedy }: Failure): Failure {
  return createFailure('HookFailed', `${nameHook(hook)} was not run: ${message}`, {
    where: hook.node,
    facts: { script: hook.script, phase: hook.phase, exitCode: null },
    remedy,
  });
}

/** The hook in words, such as `The pre-update script "quiesce" on node1`. */
export function nameHook({ phase, script, node }: Hook): string {
  return `The ${phase === 'preUpdate' ? 'pre-update' : 'post-update'} script "${script}" on ${node}`;
}

function renderEnd({ timeout }: Hook, { ended, exitCode, signal, ms }: ScriptEnd): string {
  if (ended === 'timedOut') return `did not end within ${timeout} (hookTimeout) and was ended, with all that it had started`;
  return `${ended === 'exited' ? `ended with exit code ${exitCode}` : `was killed by ${signal}`} after ${renderElapsed(ms)}`;
}

function lastLines({ output }: ScriptEnd): string {
  const lines = output.trim();
  return lines === '' ? '; it wrote nothing.' : `; its last lines: "${fitText(lines.split('\n').slice(-5).join(' | '), 400, 'end')}".`;
}
