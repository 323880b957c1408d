/** A step of the node at work that may take minutes: in view while it lasts. */
import type { NodeState } from './node-state.js';
import { waiting } from './waiting.js';
import { longStep, longStepMs } from './workers.js';

/** @param what the node does, as it shows while it lasts */
export function nodeStep<T>(
  { waits, order: { cluster, node } }: NodeState,
  { what, summary }: { readonly what: string; readonly summary: string },
  act: (activities: ReturnType<typeof longStep>) => Promise<T>,
): Promise<T> {
  return waiting(waits, 'nodeStep', { node, what }, longStepMs, (wait) => act(longStep(wait, cluster, node, summary)));
}
