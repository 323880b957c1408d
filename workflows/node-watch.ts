/** Watching the cluster on behalf of the node at work, through the eyes of its peers. */
import { findMoves, withoutRoles } from '../domain/placement.js';
import type { WatchAnswer } from '../domain/ports/activities.js';
import type { ObservedMove } from '../domain/report.js';
import { fail } from './failures.js';
import type { NodeState } from './node-state.js';
import { waiting } from './waiting.js';
import type { Condition } from './witnesses.js';

/**
 * Watches the cluster for the node, telling meanwhile what it waits for.
 * @param summary of the step
 * @param more `patienceMs`: how long to look for a member that can answer, where that is less than usual
 * @throws CauError when the condition has become impossible
 */
export async function watch(
  state: NodeState,
  condition: Condition,
  timeoutMs: number,
  summary: string,
  { patienceMs, waitsFor = waitOf[condition] }: { readonly patienceMs?: number | undefined; readonly waitsFor?: WatchedWait } = {},
): Promise<WatchAnswer> {
  const { node, run } = state.order;
  const baseline = condition === 'drained' ? withoutRoles(state.baseline, state.outages) : state.baseline;
  const answer = await waiting(state.waits, waitsFor, { node }, timeoutMs, (wait) =>
    state.witnesses.watch({ condition, node, run, baseline, timeoutMs, summary, ...(patienceMs === undefined ? {} : { patienceMs }) }, (reasons) => {
      wait.because(reasons.join('; '));
      state.say(`waits: ${reasons.join('; ')}`);
    }),
  );
  state.seeMembers(answer.members ?? []);
  if (answer.verdict.state === 'impossible') fail(answer.verdict.failure);
  return answer;
}

type WatchedWait = 'drained' | 'held' | 'left' | 'membership' | 'settled';
const waitOf: Readonly<Record<Condition, WatchedWait>> = {
  drained: 'drained',
  empty: 'drained',
  held: 'held',
  member: 'membership',
  left: 'left',
  vacated: 'left',
  settled: 'settled',
};

/**
 * Keeps which roles moved since the placement that was seen before. While other nodes are worked on as well, those that left this node
 * or came to it: each move is one node's.
 */
export function seeMoves(state: NodeState, answer: WatchAnswer, when: ObservedMove['when']): void {
  const { node, limit } = state.order;
  const moves = findMoves(state.placement, answer.placement, when);
  state.moves.push(...(limit === 1 ? moves : moves.filter((move) => (when === 'drain' ? move.from : move.to) === node)));
  state.placement = answer.placement;
}
