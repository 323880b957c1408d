/** The commands of a run. Each is applied once and answered in its progress; a bad one is refused there, never thrown. */
import { setHandler } from '@temporalio/workflow';
import type { z } from 'zod';
import { commandSchemas, type CommandName } from '../domain/commands.js';
import { failureOf } from '../domain/errors.js';
import { parseInput } from '../domain/parse-input.js';
import { approveSignal, pauseSignal, resumeSignal, skipSignal, stopSignal } from './messages.js';
import type { RunState } from './run-state.js';

interface Decision {
  readonly accepted: boolean;
  readonly answer: string;
}

const yes = (answer: string): Decision => ({ accepted: true, answer });
const no = (answer: string): Decision => ({ accepted: false, answer });

/** Lets people pause, resume and stop the run, skip a node, and approve. */
export function listenToCommands(state: RunState): void {
  const listen = <K extends CommandName>(name: K, signal: typeof pauseSignal, apply: (said: z.infer<(typeof commandSchemas)[K]>) => Decision) =>
    setHandler(signal, (payload) => answer(state, name, payload, apply));

  listen('pause', pauseSignal, (said) => {
    const ending = whyEnding(state);
    if (ending !== null) return no(ending);
    if (state.paused !== null) return no(`already paused by ${state.paused.by}`);
    state.paused = { by: said.by, reason: said.reason ?? '', at: new Date() };
    return yes(`no further node is begun until the run is resumed, ${state.options.values.pauseTimeout} at most; nodes at work finish`);
  });
  listen('resume', resumeSignal, () => {
    if (state.paused === null) return no('the run is not paused');
    state.paused = null;
    return yes(state.approvalDue === null ? 'the run goes on' : `the run goes on when ${state.approvalDue.what} is approved`);
  });
  listen('stop', stopSignal, (said) => {
    if (state.outcome !== null) return no('the run is over');
    state.requestStop(`stopped by ${said.by}${said.reason === undefined ? '' : `: ${said.reason}`}`, said.after);
    return yes(
      said.after === 'step' ? 'nodes at work end in order after their step; no further node is begun' : 'nodes at work finish; no further node is begun',
    );
  });
  listen('approve', approveSignal, ({ node }) => {
    const { approvalDue: due } = state;
    const ending = whyEnding(state);
    if (ending !== null) return no(ending);
    if (due === null) return no(whyNothingToApprove(state.options.values.approval));
    if (node !== undefined && node !== due.node) return no(`what waits for approval is not ${node}, but ${due.what}`);
    state.granted.add(due.key);
    state.approvalDue = null;
    return yes(`${due.what} is approved; ${state.paused === null ? 'the run goes on' : 'the run goes on when it is resumed'}`);
  });
  listen('skip', skipSignal, (said) => {
    const ending = whyEnding(state);
    if (ending !== null) return no(ending);
    // Before the first look at the cluster nobody knows its nodes.
    const nodes = state.plan?.nodes.map(({ node }) => node) ?? state.request.nodes ?? state.knownNodes;
    if (nodes.length > 0 && !nodes.includes(said.node)) return no(`"${said.node}" is not a node of this run; its nodes are ${nodes.join(', ')}`);
    if (state.isBegun(said.node)) return no(`${said.node} is begun or done already`);
    const earlier = state.skipped.get(said.node);
    if (earlier !== undefined) return no(`${said.node} is ${earlier} already`);
    state.skipped.set(said.node, `left out by ${said.by}${said.reason === undefined ? '' : `: ${said.reason}`}`);
    return yes(`${said.node} is left out${nodes.length === 0 ? ', if the cluster has such a node' : ''}`);
  });
}

/** Why no node is begun any more, so that there is nothing to hold up, to approve or to leave out; null while nodes may be. */
function whyEnding({ outcome, stop }: RunState): string | null {
  if (outcome !== null) return 'the run is over';
  return stop === null ? null : 'the run is being stopped';
}

function whyNothingToApprove(approval: RunState['options']['values']['approval']): string {
  if (approval === 'none') return 'this run asks for no approval';
  return `nothing waits for approval now; what is to be approved (${approval}) shows in the progress when it does`;
}

function answer<K extends CommandName>(state: RunState, name: K, payload: unknown, apply: (said: z.infer<(typeof commandSchemas)[K]>) => Decision): void {
  const at = new Date().toISOString();
  try {
    const said = parseInput<z.infer<(typeof commandSchemas)[CommandName]>>(commandSchemas[name], payload, name) as z.infer<(typeof commandSchemas)[K]>;
    if (state.isAnswered(said.requestId)) return;
    state.answer({ command: name, requestId: said.requestId, by: said.by, reason: said.reason ?? null, at, ...apply(said) });
  } catch (error) {
    state.answer({ command: name, requestId: '', by: 'unknown', reason: null, at, ...no(failureOf(error).message) });
  }
}
