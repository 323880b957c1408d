/** The user's gates: what must hold before a node is begun, and after it is back. */
import { CancellationScope } from '@temporalio/workflow';
import { durationMs } from '../domain/duration.js';
import { CauError, errorCatalogue } from '../domain/errors.js';
import { gatesAt, sliceMs, type Gate, type GateAnswer, type GateTime } from '../domain/gates.js';
import { waits } from '../domain/waits.js';
import { failureFrom } from './failures.js';
import type { NodeState } from './node-state.js';
import { waiting, type Waiting } from './waiting.js';
import { Witnesses } from './witnesses.js';

/** What an answer may take beyond its patience: one look at a gate, the longest being that by a script. */
const answerMs = 15_000;
/** How long a gate counts that passed while others were waited for: after that it is looked at again. */
const freshMs = 10_000;
const pauseMs = 1000;

/**
 * Waits until all gates of that time hold. They are watched at the same time, and one that passed long ago is looked at
 * again, so that none counts for what it showed before another one let the run wait.
 * @throws CauError `GateFailed` naming gate, node and what was seen last; `Stopped` when the node was asked to end
 */
export async function passGates(state: NodeState, time: GateTime): Promise<void> {
  const gates = gatesAt(state.order.options.gates, time);
  if (gates.length === 0) return;
  state.enter(time === 'before' ? 'gatesBefore' : 'gatesAfter', gates.map(({ name }) => name).join(', '));
  const deadlines = new Map(gates.map((gate) => [gate.name, Date.now() + durationMs(gate.timeout)]));
  // One failure, or the wish to end, ends the watch over all of them.
  await CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    state.onStop = () => scope.cancel();
    try {
      for (let due = gates, isAgain = false; due.length > 0; isAgain = true) {
        state.stopHere();
        const passed = await Promise.all(
          due.map(async (gate) => ({ gate, at: await passGate(state, gate, time, { deadline: deadlines.get(gate.name) ?? 0, isAgain }) })),
        );
        due = passed.filter(({ at }) => Date.now() - at > freshMs).map(({ gate }) => gate);
      }
    } catch (error) {
      scope.cancel();
      state.stopHere();
      throw error;
    } finally {
      state.onStop = null;
    }
  });
}

/** When it passed. One that had passed before need only hold still; if it does not, all of it is due anew. */
async function passGate(
  state: NodeState,
  gate: Gate,
  time: GateTime,
  { deadline, isAgain }: { readonly deadline: number; readonly isAgain: boolean },
): Promise<number> {
  const { node } = state.order;
  const facts = { node, gate: gate.name, time, seen: 'nothing yet' };
  return waiting(state.waits, 'gate', facts, Math.max(0, deadline - Date.now()), async (wait) => {
    if (isAgain && (await watchFor(state, { ...gate, holdFor: '0s' }, wait, 0)).passed) return Date.now();
    for (let look = 0; ; look += 1) {
      const answer = await watchFor(state, gate, wait, look);
      if (answer.passed) return Date.now();
      if (wait.leftMs() === 0) throw gateFailure(gate, time, node, answer.seen);
      wait.because(waits.gate({ ...facts, seen: answer.seen }).reason);
      state.say(`gate "${gate.name}", last seen: ${answer.seen}`);
    }
  });
}

/** Watches it for a while, longer each time: an hour of waiting must not fill the history. Nobody who can answer is waited for likewise. */
async function watchFor(state: NodeState, gate: Gate, wait: Waiting, look: number): Promise<GateAnswer> {
  const { node, run, failedBefore } = state.order;
  const patienceMs = Math.min(sliceMs(look, durationMs(gate.timeout)), wait.leftMs());
  // A gate of the cluster may be at work for as long as it must hold.
  const limitMs = Math.max(patienceMs, Math.min(wait.leftMs(), patienceMs + durationMs(gate.holdFor))) + answerMs;
  const ignored = [...(failedBefore ?? []), ...state.forgiven];
  try {
    return await eyesOn(state, gate).ask({
      summary: `gate "${gate.name}" for ${node}`,
      not: node,
      timeoutMs: Math.round(limitMs),
      patienceMs: 0,
      ask: (activities, target) =>
        activities.watchGate({
          ...target,
          run,
          gate,
          ...(gate.kind === 'cluster' ? { failedBefore: ignored } : {}),
          patienceMs: Math.round(patienceMs),
          leftMs: Math.round(wait.leftMs()),
        }),
    });
  } catch (error) {
    const failure = failureFrom(error);
    if (!errorCatalogue[failure.code].retryable) throw error;
    if (wait.leftMs() > 0) await wait.sleep(Math.min(pauseMs + patienceMs, wait.leftMs()), `gate "${gate.name}": nobody could look`);
    return { passed: false, seen: failure.message, heldMs: 0 };
  }
}

/** A script looks at its own node; all else is looked at from another member, as by a client. */
function eyesOn(state: NodeState, gate: Gate): Witnesses {
  const { cluster, node } = state.order;
  return gate.kind === 'command' ? new Witnesses(cluster, [node], state.waits) : state.witnesses;
}

function gateFailure(gate: Gate, time: GateTime, node: string, seen: string): CauError {
  const message = `Gate "${gate.name}" (${gate.kind}) ${time} ${node} did not hold${gate.holdFor === '0s' ? '' : ` for ${gate.holdFor}`} within ${gate.timeout}; last seen: ${seen}.`;
  return new CauError('GateFailed', message, { where: node, facts: { gate: gate.name, time, seen: seen.slice(0, 150) } });
}
