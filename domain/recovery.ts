/**
 * Recovery: what is left of runs that are over, and the steps that clear it, one at a time, each decided on what was seen right
 * before it. What belongs to a run that lives and is well is never touched, nor what an operator set.
 */
import { z } from 'zod';
import type { ClusterSight } from './cluster.js';
import { createFailure, type Failure } from './errors.js';
import { isSameRun, nameSchema, type RunReference } from './names.js';
import { endOfStandby } from './operators-wish.js';
import type { ReleaseDecision } from './release.js';

/** The command that lets go of a node which a run that is over kept on purpose. */
export function releaseOfKept(cluster: string, node: string): string {
  return `cau recover ${cluster} --apply --node ${node}`;
}

/** The input of the workflow `recovery`. */
export const recoveryRequestSchema = z.strictObject({
  cluster: nameSchema,
  /** Clear it; otherwise it is only shown. */
  apply: z.boolean(),
  /** Kept nodes that are well again in the eyes of whoever asks. */
  nodes: z.array(nameSchema).max(100).optional(),
  /** End a run that is alive but stuck. */
  endRun: z.boolean().optional(),
  reason: z.string().max(1000).optional(),
  requestedBy: z.string().min(1).max(200).optional(),
});
export type RecoveryRequest = z.infer<typeof recoveryRequestSchema>;

/** An open workflow of the cluster. */
export interface OpenWorkflow {
  readonly what: 'run' | 'guard' | 'node';
  readonly workflowId: string;
  readonly runId: string;
  readonly since: string;
  /** The run that it is, or works for; null when its memo does not say. */
  readonly run: RunReference | null;
  /** Why it cannot go on although it is open: its workflow task fails again and again. Null when it is well. */
  readonly problem: string | null;
}

/** A run and what Temporal says of it: alive, over for certain, or not known. */
export interface ExaminedRun {
  readonly run: RunReference;
  readonly state: 'open' | 'closed' | 'unknown';
}

/** A hold or the lease, with what Temporal says of its run and what the node is about to do by itself. */
export interface LeftClaim extends ExaminedRun {
  readonly outlook: ReleaseDecision | null;
}

/** Everything of ours that there is in Temporal and in the cluster. */
export interface Leftovers {
  readonly workflows: readonly OpenWorkflow[];
  readonly holds: readonly (LeftClaim & { readonly node: string; readonly kept: string | null })[];
  readonly lease: LeftClaim | null;
  /** Nodes in standby or maintenance by the wish of an operator, which are his. */
  readonly operatorNodes: readonly string[];
}

/** The result of the workflow `recovery`. */
export interface Recovery {
  readonly version: 1;
  readonly cluster: string;
  readonly at: string;
  readonly requestedBy: string;
  readonly reason: string | null;
  readonly applied: boolean;
  /** What was done, in words, in order. */
  readonly did: readonly string[];
  readonly left: Leftovers;
  /** Why no more was done; null when all that was asked for is done. */
  readonly refused: Failure | null;
}

/** One thing to do, or the reason why nothing more is done. */
export type RecoveryStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'refuse'; readonly failure: Failure }
  /** A workflow that is stuck cannot end in order. */
  | { readonly kind: 'terminate'; readonly workflow: OpenWorkflow }
  /** Ask it to end in order, and wait a while. */
  | { readonly kind: 'await'; readonly workflow: OpenWorkflow }
  | { readonly kind: 'endHold'; readonly node: string; readonly run: RunReference; readonly evenKept: boolean }
  | { readonly kind: 'dropLease'; readonly run: RunReference };

/** What is done once at most in one recovery. */
export function keyOfStep(step: RecoveryStep): string {
  switch (step.kind) {
    case 'none':
    case 'refuse':
      return step.kind;
    case 'terminate':
    case 'await':
      return `${step.kind} ${step.workflow.runId}`;
    case 'endHold':
      return `${step.kind} ${step.node} ${step.run.firstExecutionRunId}`;
    case 'dropLease':
      return `${step.kind} ${step.run.firstExecutionRunId}`;
  }
}

/** The next step; `tried` has the keys of those before. */
export function decideRecoveryStep(left: Leftovers, request: RecoveryRequest, tried: ReadonlySet<string>): RecoveryStep {
  const unknownNode = request.nodes?.find((node) => !left.holds.some((hold) => hold.node === node) && !wasTried(node, tried));
  if (unknownNode !== undefined) return { kind: 'refuse', failure: noHold(left, unknownNode) };
  const run = left.workflows.find((workflow) => workflow.what === 'run');
  if (run !== undefined) return decideAboutRun(run, request);
  const candidates: RecoveryStep[] = [
    // The guard waits for the nodes, and cleans up after all of them: it is given the first chance.
    ...left.workflows.map((workflow): RecoveryStep => ({ kind: workflow.problem === null ? 'await' : 'terminate', workflow })),
    ...(left.workflows.length > 0 ? [] : decideHolds(left, request)),
  ];
  return candidates.find((step) => !tried.has(keyOfStep(step))) ?? { kind: 'none' };
}

/** Whether anything is left that somebody must still see to; a healthy run at work is none of that. */
export function isClear(left: Leftovers): boolean {
  return (
    left.workflows.every((workflow) => workflow.problem === null && isOfOpenRun(left, workflow)) && claimsOf(left).every((claim) => claim.state === 'open')
  );
}

/** The claims in a cluster, their runs to be looked up in Temporal. */
export function claimedRuns({ nodes, lease }: ClusterSight): RunReference[] {
  return [...nodes.flatMap((node) => (node.hold === null ? [] : [node.hold.run])), ...(lease === null ? [] : [lease.run])];
}

function decideAboutRun(run: OpenWorkflow, request: RecoveryRequest): RecoveryStep {
  const { workflowId: where, problem } = run;
  if (problem === null) {
    const failure = createFailure('ClusterBusy', `Run ${where} is at work, and nothing of it is touched.`, {
      where,
      remedy: `To end it in order: cau stop ${where}`,
    });
    return { kind: 'refuse', failure };
  }
  if (request.endRun === true) return { kind: 'terminate', workflow: run };
  const failure = createFailure('ClusterBusy', `Run ${where} is alive but stuck: ${problem}.`, {
    where,
    remedy: `Start the coordinators with the version that it was begun with, or end it: cau recover ${request.cluster} --apply --end-run`,
  });
  return { kind: 'refuse', failure };
}

function decideHolds(left: Leftovers, request: RecoveryRequest): RecoveryStep[] {
  const ended = left.holds.filter((hold) => hold.state !== 'open');
  const wanted = ended.filter((hold) => hold.kept === null || request.nodes?.includes(hold.node) === true);
  const { lease } = left;
  const isLeaseFree = lease !== null && lease.state !== 'open' && !ended.some((hold) => hold.kept === null && isSameRun(hold.run, lease.run));
  return [
    ...wanted.map(({ node, run }): RecoveryStep => ({ kind: 'endHold', node, run, evenKept: request.nodes?.includes(node) === true })),
    ...(isLeaseFree ? [{ kind: 'dropLease' as const, run: lease.run }] : []),
  ];
}

function noHold({ holds, operatorNodes }: Leftovers, node: string): Failure {
  if (operatorNodes.includes(node)) {
    return createFailure('RefusedByOperator', `${node} is in standby or maintenance by the wish of an operator, not of a run.`, {
      where: node,
      remedy: `End it with the cluster's own command (a standby by ${endOfStandby(node)}); a recovery does not touch it.`,
    });
  }
  const held = holds.length === 0 ? 'no node is' : `held are ${holds.map((hold) => hold.node).join(', ')}`;
  return createFailure('InvalidInput', `nodes: "${node}" is not held by a run; ${held}.`, { where: 'nodes' });
}

function wasTried(node: string, tried: ReadonlySet<string>): boolean {
  return [...tried].some((key) => key.startsWith(`endHold ${node} `));
}

const claimsOf = ({ holds, lease }: Leftovers): readonly LeftClaim[] => [...holds, ...(lease === null ? [] : [lease])];

function isOfOpenRun(left: Leftovers, { what, run }: OpenWorkflow): boolean {
  return what === 'run' || left.workflows.some((other) => other.what === 'run' && run !== null && other.run !== null && isSameRun(other.run, run));
}
