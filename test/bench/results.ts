/** What a bench came to: the figures made from what was measured. */
import type { EngineTime, StepCost } from './engine-time.js';
import type { FailoverResult, OutageTrial } from './failover.js';
import type { Tool } from './lab.js';
import type { LabRun } from './lab-run.js';
import type { SimulatedRun } from './simulated.js';
import { sum, summarise, type Summary } from './statistics.js';

/** The figures that we want to stay below. */
export const targets = { engineMsPerStep: 40, labRatio: 0.8, ansibleRatio: 0.5, stallMedianMs: 600, stallMostMs: 3000, outageMs: 10_000 } as const;

/** One name of a step over all nodes and runs, in milliseconds. */
export interface StepFigures {
  readonly step: string;
  readonly count: number;
  /** Null where all of them waited for their node. */
  readonly before: Summary | null;
  readonly work: Summary;
}

/** One Updating Run; `…Ms` in milliseconds. */
export interface EngineFigures {
  readonly wallMs: number;
  /** The whole engine time over all steps, of the nodes' workflows alone and of these and the run's together. */
  readonly engineMsPerStep: number;
  readonly engineMsPerStepAll: number;
  /** Of a node's own workflow (mean), and with its share of the run's workflow. */
  readonly engineMsPerNode: number;
  readonly engineMsPerNodeAll: number;
  readonly stepsPerNode: number;
  readonly workMsPerNode: number;
  readonly waitMsPerNode: number;
}

export interface SimulatedFigures {
  readonly runs: readonly EngineFigures[];
  /** Before each step of the nodes' workflows, all runs together. */
  readonly beforeStep: Summary;
  readonly steps: readonly StepFigures[];
  /** Before each step of the runs' own workflows. */
  readonly beforeRunStep: Summary;
}

export interface PhaseFigures {
  readonly phase: string;
  /** Seconds of a node, over nodes and runs. */
  readonly meanSeconds: number;
}

export interface ToolFigures {
  readonly tool: Tool;
  /** Of each run, in order. */
  readonly seconds: readonly number[];
  readonly summary: Summary;
  readonly phases: readonly PhaseFigures[];
  /** How often the role `web` was interrupted, in each run. */
  readonly interruptions: readonly number[];
  /** Seconds of each interruption, over all runs; null when there was none. */
  readonly interrupted: Summary | null;
}

export interface LabFigures {
  readonly software: readonly string[];
  readonly tools: readonly ToolFigures[];
  /** Median of cau over median of that tool, where both were measured; `twoOverShell` is that of cau with two nodes at once over the loop. */
  readonly ratios: { readonly shell: number | null; readonly ansible: number | null; readonly twoOverShell: number | null };
}

export interface FailoverFigures {
  /** The longest wait of a run to which nothing happens, in milliseconds. */
  readonly inPeaceMs: number;
  /** The longest wait for a coordinator after one was killed, in milliseconds. */
  readonly stall: Summary;
  readonly stallsMs: readonly number[];
  /** The same, killed right after an event of the run. */
  readonly deciding: Summary;
  readonly outages: readonly OutageTrial[];
}

export function summariseFailover({ inPeaceMs, coordinators, deciding, outages }: FailoverResult): FailoverFigures {
  const stallsMs = coordinators.map((trial) => trial.stallMs);
  return { inPeaceMs, stall: summarise(stallsMs), stallsMs, deciding: summarise(deciding.map((trial) => trial.stallMs)), outages };
}

export function summariseSimulated(runs: readonly SimulatedRun[]): SimulatedFigures {
  const steps = runs.flatMap((run) => run.nodes.flatMap((node) => node.steps));
  return {
    runs: runs.map(engineFigures),
    beforeStep: summarise(beforeOf(steps)),
    steps: [...new Set(steps.map((step) => step.name))].map((name) =>
      stepFigures(
        name,
        steps.filter((step) => step.name === name),
      ),
    ),
    beforeRunStep: summarise(beforeOf(runs.flatMap((run) => run.run.steps))),
  };
}

/** @param byTool the runs of each tool that was measured */
export function summariseLab(byTool: ReadonlyMap<Tool, readonly LabRun[]>): LabFigures {
  const figures = [...byTool].flatMap(([tool, runs]) => (runs.length === 0 ? [] : [toolFigures(tool, runs)]));
  const median = (tool: Tool) => figures.find((one) => one.tool === tool)?.summary.median ?? null;
  const ratio = (tool: Tool, other: Tool) => {
    const [ours, theirs] = [median(tool), median(other)];
    return ours === null || theirs === null ? null : ours / theirs;
  };
  return {
    software: [...new Set([...byTool.values()].flat().flatMap((run) => run.software))],
    tools: figures,
    ratios: { shell: ratio('cau', 'shell'), ansible: ratio('cau', 'ansible'), twoOverShell: ratio('cau-two', 'shell') },
  };
}

function toolFigures(tool: Tool, runs: readonly LabRun[]): ToolFigures {
  const seconds = runs.map((run) => run.ms / 1000);
  const interrupted = runs.flatMap((run) => run.interruptions.map((ms) => ms / 1000));
  return {
    tool,
    seconds,
    summary: summarise(seconds),
    phases: phaseFigures(runs),
    interruptions: runs.map((run) => run.interruptions.length),
    interrupted: interrupted.length === 0 ? null : summarise(interrupted),
  };
}

function stepFigures(step: string, all: readonly StepCost[]): StepFigures {
  const before = beforeOf(all);
  return { step, count: all.length, before: before.length === 0 ? null : summarise(before), work: summarise(all.map((one) => one.workMs)) };
}

function engineFigures({ wallMs, run, nodes }: SimulatedRun): EngineFigures {
  const total = (part: (time: EngineTime) => number) => sum(nodes.map(part));
  const stepCount = total((node) => node.steps.length);
  const engineMs = total((node) => node.engineMs);
  return {
    wallMs,
    engineMsPerStep: engineMs / stepCount,
    engineMsPerStepAll: (engineMs + run.engineMs) / (stepCount + run.steps.length),
    engineMsPerNode: engineMs / nodes.length,
    engineMsPerNodeAll: (engineMs + run.engineMs) / nodes.length,
    stepsPerNode: stepCount / nodes.length,
    workMsPerNode: total((node) => node.workMs) / nodes.length,
    waitMsPerNode: total((node) => node.waitMs) / nodes.length,
  };
}

function beforeOf(steps: readonly StepCost[]): number[] {
  return steps.flatMap((step) => (step.beforeMs === null ? [] : [step.beforeMs]));
}

/** A phase that a node enters more than once counts as the sum of its parts. */
function phaseFigures(runs: readonly LabRun[]): PhaseFigures[] {
  const phases = runs.flatMap((run) => run.phases);
  const nodes = sum(runs.map((run) => new Set(run.phases.map((phase) => phase.node)).size));
  return [...new Set(phases.map((one) => one.phase))].map((phase) => ({
    phase,
    meanSeconds: sum(phases.filter((one) => one.phase === phase).map((one) => one.ms)) / 1000 / nodes,
  }));
}
