/** How much of a workflow's time was spent between its steps: in Temporal, in the coordinator, on the way to the worker. */
import type { Span, StepTimes, WorkflowTimes } from './histories.js';
import { sum } from './statistics.js';

/** A step with what came before it: milliseconds from the end of what the workflow did before until a worker began it. */
export interface StepCost {
  readonly name: string;
  /** Null for a step that waited for its node or was tried again: that is no matter of the engine alone. */
  readonly beforeMs: number | null;
  readonly workMs: number;
}

/** The parts of a workflow's wall time; they add up, since what ran at the same time is counted once. */
export interface EngineTime {
  readonly wallMs: number;
  /** A worker had a step, from taking it to the service's receipt of its result; or a child workflow ran. */
  readonly workMs: number;
  /** Nothing of that, but waiting for the restart of a node, between attempts, or for a timer that the workflow set. */
  readonly waitMs: number;
  /** All the rest. */
  readonly engineMs: number;
  readonly steps: readonly StepCost[];
}

/** The step that is scheduled while the node is down and taken by the worker of its next boot. */
const stepAcrossRestart = 'confirmRestarted';

/** @param children those child workflows whose time is their own */
export function measureEngine(times: WorkflowTimes, children: readonly Span[] = []): EngineTime {
  const { steps, timers, startedAt, endedAt } = times;
  const work = [...steps.flatMap(spanOfWork), ...children];
  const busy = [...work, ...timers, ...steps.flatMap(spanOfWaiting)];
  const [workMs, busyMs, wallMs] = [coveredMs(work), coveredMs(busy), endedAt - startedAt];
  return {
    wallMs,
    workMs,
    waitMs: busyMs - workMs,
    engineMs: wallMs - busyMs,
    steps: steps.flatMap((step) => {
      if (step.startedAt === null) return [];
      const previous = busy.filter((span) => span.endedAt <= step.scheduledAt).map((span) => span.endedAt);
      const beforeMs = isWaiting(step) ? null : step.startedAt - Math.max(startedAt, ...previous);
      return [{ name: step.name, beforeMs, workMs: step.endedAt - step.startedAt }];
    }),
  };
}

function spanOfWork({ name, startedAt, endedAt }: StepTimes): Span[] {
  return startedAt === null ? [] : [{ name, startedAt, endedAt }];
}

function spanOfWaiting(step: StepTimes): Span[] {
  return isWaiting(step) ? [{ name: step.name, startedAt: step.scheduledAt, endedAt: step.startedAt ?? step.endedAt }] : [];
}

function isWaiting({ name, startedAt, attempt }: StepTimes): boolean {
  return startedAt === null || attempt > 1 || name === stepAcrossRestart;
}

/** The length of the union of the spans. */
function coveredMs(spans: readonly Span[]): number {
  let end = -Infinity;
  return sum(
    spans
      .toSorted((left, right) => left.startedAt - right.startedAt)
      .map((span) => {
        const added = Math.max(0, span.endedAt - Math.max(end, span.startedAt));
        end = Math.max(end, span.endedAt);
        return added;
      }),
  );
}
