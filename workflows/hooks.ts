/** The user's scripts on a node: before it is held, and when it serves again. Each runs once per node and run. */
import { durationMs } from '../domain/duration.js';
import type { Failure } from '../domain/errors.js';
import {
  failureOfHook,
  failureOfLostHook,
  failureOfRefusedHook,
  nameHook,
  noScript,
  recordOf,
  type Hook,
  type HookPhase,
  type ScriptEnd,
} from '../domain/hooks.js';
import type { NodeOutcome } from '../domain/outcomes.js';
import type { OperationAnswer } from '../domain/ports/activities.js';
import { fail, failureFrom, timeoutOf } from './failures.js';
import type { NodeState } from './node-state.js';
import { waiting } from './waiting.js';
import { operation } from './workers.js';

/** What the result of a script may take beyond its own time: it is asked to end, then killed. */
const endMs = 60_000;

/** @throws CauError `HookFailed`: the node is not updated */
export async function runPreUpdateScript(state: NodeState): Promise<void> {
  const failure = await runHook(state, 'preUpdate', null);
  if (failure !== null) fail(failure);
}

/**
 * Runs the script for after the update, once the node serves again, and answers why it failed. It is told how the update
 * ended; after one that failed it is due as well, since it undoes what the script before did.
 */
export async function runPostUpdateScript(state: NodeState, outcome: NodeOutcome): Promise<Failure | null> {
  return runHook(state, 'postUpdate', outcome);
}

/** Null when there is no such script, when it was run before, and when it succeeded. */
async function runHook(state: NodeState, phase: HookPhase, outcome: NodeOutcome | null): Promise<Failure | null> {
  const { cluster, node, run, options } = state.order;
  const script = phase === 'preUpdate' ? options.preUpdateScript : options.postUpdateScript;
  if (script === noScript || state.hooks.some((done) => done.phase === phase)) return null;
  const hook: Hook = { phase, script, node, timeout: options.hookTimeout };
  state.enter(phase === 'preUpdate' ? 'preUpdateScript' : 'postUpdateScript', script);
  const timeoutMs = durationMs(options.hookTimeout);
  const input = { cluster, node, run, phase, script, timeout: options.hookTimeout, ...(outcome === null ? {} : { outcome }) };
  const answer = await waiting(state.waits, 'hook', { node, script, counts: options.hookFailureCounts }, timeoutMs, (wait) =>
    operation(wait, cluster, node, { timeoutMs: timeoutMs + endMs, awayMs: durationMs(options.restartTimeout) }, nameHook(hook)).runHook(input),
  ).catch((error: unknown) => withoutResult(state, error));
  if (answer.kind === 'refused') return failureOfRefusedHook(hook, answer.failure);
  if (answer.kind === 'finished') {
    state.hooks.push(recordOf(hook, answer.result));
    return failureOfHook(hook, answer.result);
  }
  state.hooks.push({ phase, script, ended: 'interrupted', exitCode: null, ms: null, output: '' });
  return failureOfLostHook(hook, answer.message);
}

/** A node that went away with its script has left no result, whatever time there would have been. */
function withoutResult(state: NodeState, error: unknown): OperationAnswer<ScriptEnd> | { readonly kind: 'refused'; readonly failure: Failure } {
  const { node, options } = state.order;
  const timeout = timeoutOf(error);
  if (timeout === 'SCHEDULE_TO_START') return { kind: 'interrupted', message: `${node} did not answer within ${options.restartTimeout}.` };
  if (timeout !== null) return { kind: 'interrupted', message: `${node} gave no result within ${options.hookTimeout} and a minute.` };
  const failure = failureFrom(error);
  if (failure.code === 'RefusedByNode' || failure.code === 'HookFailed') return { kind: 'refused', failure };
  throw error;
}
