/** Measuring the interruption of roles during a run, always from a member that is not being worked on. */
import { CancellationScope } from '@temporalio/workflow';
import type { RunState } from './run-state.js';
import { measurement } from './workers.js';

export class Measuring {
  private host: string | null = null;
  private scope: CancellationScope | null = null;
  private readonly results: Promise<void>[] = [];

  constructor(private readonly state: RunState) {}

  /** Measures from another member than those about to be worked on, preferably not the one after them either. */
  moveAwayFrom(nodes: readonly string[], next: string | undefined): void {
    const { probes } = this.state.options.values;
    if (probes.length === 0 || (this.host !== null && !nodes.includes(this.host))) return;
    this.scope?.cancel();
    const others = this.state.witnesses.members.filter((member) => !nodes.includes(member));
    // The last in the plan is worked on last, so it can measure longest.
    const planned = this.state.plan?.nodes.map((entry) => entry.node) ?? [];
    const ranked = others.toSorted((left, right) => planned.indexOf(right) - planned.indexOf(left));
    const host = ranked.find((member) => member !== next) ?? ranked[0];
    if (host === undefined) return;
    this.host = host;
    const scope = new CancellationScope();
    this.scope = scope;
    const { cluster } = this.state.request;
    this.results.push(
      scope
        .run(() => measurement(cluster, host).probeRoles({ cluster, node: host, probes }))
        .then(
          (measured) => void this.state.measurements.push(...measured),
          // What was not measured is reported as not measured; the run itself does not depend on it.
          () => undefined,
        ),
    );
  }

  /** Ends the measurement and waits for what it found. */
  async end(): Promise<void> {
    this.scope?.cancel();
    await Promise.all(this.results);
  }
}
