/** What the user wants around the maintenance of a node: gates and his script before it, his script and gates after it. */
import type { Failure } from '../domain/errors.js';
import { gatesAt } from '../domain/gates.js';
import { noScript } from '../domain/hooks.js';
import type { NodeReport } from '../domain/report.js';
import { prepare } from './prepare-node.js';
import { fail, failureFrom } from './failures.js';
import { passGates } from './gates.js';
import { runPostUpdateScript, runPreUpdateScript } from './hooks.js';
import type { NodeState } from './node-state.js';

/** Gates, then the script; then the facts anew, quorum and places of roles among them, since both may have taken long. */
export async function beforeMaintenance(state: NodeState): Promise<void> {
  const { gates, preUpdateScript } = state.order.options;
  if (preUpdateScript === noScript && gatesAt(gates, 'before').length === 0) return;
  state.stopHere();
  await passGates(state, 'before');
  state.stopHere();
  await runPreUpdateScript(state);
  await prepare(state);
}

/** The script, then gates: it may be what makes them hold. They are waited for also when it failed, for the sake of the next node. */
export async function afterReturn(state: NodeState): Promise<void> {
  state.isReturned = true;
  const [first, ...others] = await collectFailures(state, state.successOutcome);
  for (const failure of others) state.recordFailure(failure);
  if (first !== undefined) fail(first);
}

/**
 * The same after an update that failed, once the node is out of maintenance mode: the script undoes what the one before did.
 * Nothing is to be undone where neither the node was held nor that script succeeded. Answers what failed.
 */
export async function afterFailedUpdate(state: NodeState, { code }: Failure, outcome: NodeReport['outcome']): Promise<Failure[]> {
  const isTouched = state.hold === 'released' || state.hooks.some(({ ended, exitCode }) => ended === 'exited' && exitCode === 0);
  const isGone = code === 'NodeVanished' || code === 'NodeOffline' || code === 'NodeUnreachable';
  return isTouched && !isGone && !state.isReturned ? collectFailures(state, outcome) : [];
}

async function collectFailures(state: NodeState, outcome: NodeReport['outcome']): Promise<Failure[]> {
  const failures: Failure[] = [];
  const hook = await runPostUpdateScript(state, outcome).catch(failureFrom);
  if (hook !== null && state.order.options.hookFailureCounts) failures.push(hook);
  else if (hook !== null) {
    state.recordFailure(hook);
    state.notes.push('The failure of its post-update script does not count (hookFailureCounts).');
  }
  // Where no other node is begun anyhow, nobody is to be protected by them.
  if (state.endsRun !== null) return failures;
  await passGates(state, 'after').catch((error: unknown) => {
    const failure = failureFrom(error);
    if (failure.code === 'Stopped') state.notes.push('Its gates were not waited for any longer: the run was told to end.');
    else failures.push(failure);
  });
  return failures;
}
