/** Random faults: pure, from a seed that reproduces them. */
import fc from 'fast-check';

/** When a fault begins: after that many events in all histories of the run together. */
interface Beginning {
  readonly afterEvents: number;
}

/** How long a fault lasts, in milliseconds. */
interface Lasting {
  readonly forMs: number;
}

/** A fault of processes, machines, cables, services or packages. Each ends by itself. */
export type Fault = Beginning &
  (
    | { readonly kind: 'killCoordinators'; readonly count: number }
    | { readonly kind: 'killNodeWorker'; readonly node: string }
    | { readonly kind: 'cutPower'; readonly node: string }
    | ({ readonly kind: 'killTemporal' } & Lasting)
    /** Loses its power, and does not come back by itself. */
    | ({ readonly kind: 'loseNode'; readonly node: string } & Lasting)
    /** One or two of three: two of them cost the cluster its quorum. */
    | ({ readonly kind: 'cutCables'; readonly nodes: readonly string[] } & Lasting)
    | ({ readonly kind: 'slowStops'; readonly of: string; readonly extraMs: number } & Lasting)
    | ({ readonly kind: 'refuseStop'; readonly role: string; readonly node: string } & Lasting)
    | ({ readonly kind: 'failUpdate'; readonly name: string; readonly node: string } & Lasting)
    | ({ readonly kind: 'stallUpdate'; readonly name: string; readonly node: string } & Lasting)
  );

export interface FaultWorld {
  readonly nodes: readonly string[];
  readonly roles: readonly string[];
  readonly packages: readonly string[];
  /** About how many events a run has when nothing befalls it. */
  readonly events: number;
}

export const mostFaults = 5;
/** No fault lasts longer. */
export const longestMs = 6000;

/** From one to five faults, in the order in which they begin. */
export function schedulesFor({ nodes, roles, packages, events }: FaultWorld): fc.Arbitrary<Fault[]> {
  const afterEvents = fc.integer({ min: 1, max: events });
  const forMs = fc.integer({ min: 100, max: longestMs });
  const [node, role, name] = [fc.constantFrom(...nodes), fc.constantFrom(...roles), fc.constantFrom(...packages)];
  const kind = <K extends string>(value: K) => fc.constant(value);
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: kind('killCoordinators'), afterEvents, count: fc.integer({ min: 1, max: 2 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('killNodeWorker'), afterEvents, node }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('cutPower'), afterEvents, node }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('killTemporal'), afterEvents, forMs }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('loseNode'), afterEvents, node, forMs }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: kind('cutCables'), afterEvents, nodes: fc.shuffledSubarray([...nodes], { minLength: 1, maxLength: 2 }), forMs }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: kind('slowStops'), afterEvents, of: fc.oneof(node, role), extraMs: fc.integer({ min: 100, max: 2000 }), forMs }),
    },
    { weight: 2, arbitrary: fc.record({ kind: kind('refuseStop'), afterEvents, role, node, forMs }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('failUpdate'), afterEvents, name, node, forMs }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('stallUpdate'), afterEvents, name, node, forMs }) },
  );
  return fc
    .array(fault, { minLength: 1, maxLength: mostFaults, size: 'max' })
    .map((faults) => faults.toSorted((left, right) => left.afterEvents - right.afterEvents));
}

/** The first `count` schedules of a seed; the same ones for ever, and for any larger count. */
export function schedulesOfSeed(world: FaultWorld, seed: number, count: number): Fault[][] {
  // Unbiased: fast-check would otherwise begin with the smallest numbers.
  return fc.sample(fc.noBias(schedulesFor(world)), { seed, numRuns: count });
}
