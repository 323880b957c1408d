/** On what terms a run is tormented: the cluster that it takes place on, and how it is asked to update that. */
import type { SimulatedRole } from '../../clusters/simulated/model.js';
import type { PartialOptions } from '../../domain/options.js';

export interface Terms {
  readonly nodes: readonly string[];
  readonly roles: readonly SimulatedRole[];
  /** What the run is asked for; bounds of time come on top of it where faults befall it. */
  readonly options: PartialOptions;
  /** The nodes that a run is over in which one thing is killed. */
  readonly killNodes: readonly string[];
  /** About how many events a run over all nodes has when nothing befalls it. */
  readonly events: number;
}

/** One node at a time of three, and every option as it is by itself. */
const usual: Terms = {
  nodes: ['node1', 'node2', 'node3'],
  // Its stop may be blocked; the other's leads to fencing; one that runs everywhere.
  roles: [
    { id: 'web', kind: 'primitive', prefers: 'node1', onStopFailure: 'block' },
    { id: 'db', kind: 'promotable', prefers: 'node2', copies: ['node2', 'node3'], onStopFailure: 'fence' },
    { id: 'shop', kind: 'clone' },
  ],
  options: { plugins: ['simulated'] },
  killNodes: ['node1', 'node2'],
  events: 600,
};

/** Two nodes at a time of five, so that quorum allows that; roles are steered, and taken home at the end. */
const steered: Terms = {
  nodes: ['node1', 'node2', 'node3', 'node4', 'node5'],
  // One that may go anywhere; one that only a run takes home, since it sticks to where it went; one with two copies; one that runs everywhere.
  roles: [
    { id: 'mail', kind: 'primitive', onStopFailure: 'fence' },
    { id: 'web', kind: 'primitive', prefers: 'node1', stickiness: 1000, onStopFailure: 'block' },
    { id: 'db', kind: 'promotable', prefers: 'node2', copies: ['node2', 'node4'], onStopFailure: 'fence' },
    { id: 'shop', kind: 'clone' },
  ],
  options: {
    plugins: ['simulated'],
    maxParallelNodes: 2,
    placement: 'fewestMoves',
    failback: 'end',
    // When node1 is drained the cluster alone would take "mail" to a node that is drained later, and "web" is not driven home by a later drain.
    order: ['node3', 'node4', 'node1', 'node2', 'node5'],
  },
  killNodes: ['node1', 'node2', 'node3', 'node4', 'node5'],
  events: 1200,
};

export const terms = { usual, steered } as const satisfies Record<string, Terms>;
export type TermsName = keyof typeof terms;
export const termsNames = Object.keys(terms) as readonly TermsName[];

/** How many nodes may be held at once. */
export function mostHeld({ options }: Terms): number {
  return options.maxParallelNodes ?? 1;
}
