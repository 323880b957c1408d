/**
 * What workflows ask of workers. Inputs are strict schemas, checked again by the worker that does the step: it is root
 * on its node, and whoever may write to Temporal must not become root by that.
 */
import { z } from 'zod';
import type { ClusterDescription, Witness } from '../cluster.js';
import { durationSchema } from '../duration.js';
import { gateSchema, type GateAnswer } from '../gates.js';
import { hookPhaseSchema, scriptNameSchema, type ScriptEnd } from '../hooks.js';
import { nameSchema, runReferenceSchema, type RunReference } from '../names.js';
import type { NodeTime } from '../expected-node-time.js';
import { moveModeSchema, type RoleReturn } from '../move-modes.js';
import { nodeOutcomeSchema } from '../outcomes.js';
import type { Baseline, RolePlacement } from '../placement.js';
import { probeSchema, type Measurement } from '../probes.js';
import type { ReleaseDecision } from '../release.js';
import { maxSteered, roleHomeSchema, steeringSchema, type RolePreference } from '../steering.js';
import { updateSchema, wantedUpdatesSchema } from '../updates.js';
import type { Verdict } from '../verdict.js';
import type { NodeEvidence } from '../evidence.js';
import type { RoleCandidates } from '../waves.js';
import type { FailbackPlan, PredictedNodeMoves } from './cluster-driver.js';
import type { InstallResult, RepairResult, ScanResult, StageResult, VerifyResult } from './update-plugin.js';

const target = { cluster: nameSchema, node: nameSchema };
/** Passes of a node: those of each retry, and repairs, count on. */
const pass = z.number().int().min(1).max(5000);
const plugins = z.array(nameSchema).min(1).max(8);
const updates = z.array(updateSchema).max(5000);
const roleHomes = z.array(roleHomeSchema).max(maxSteered);

/** The input of each activity of a node worker; `cluster` and `node` name the worker that is meant. */
export const nodeInputs = {
  target: z.strictObject(target),
  /** `wanted`: all, unless it says otherwise. */
  scan: z.strictObject({ ...target, plugins, wanted: wantedUpdatesSchema.optional() }),
  stage: z.strictObject({ ...target, updates }),
  operation: z.strictObject({ ...target, run: runReferenceSchema, pass, plugin: nameSchema, updates }),
  verify: z.strictObject({ ...target, updates }),
  scripts: z.strictObject({ ...target, scripts: z.array(scriptNameSchema).min(1).max(20) }),
  hook: z.strictObject({
    ...target,
    run: runReferenceSchema,
    phase: hookPhaseSchema,
    script: scriptNameSchema,
    timeout: durationSchema,
    /** How the update of the node stands; absent before it. */
    outcome: nodeOutcomeSchema.optional(),
  }),
  gate: z.strictObject({
    ...target,
    run: runReferenceSchema,
    gate: gateSchema,
    /** The failed actions, by id, that a gate of the cluster does not count. */
    failedBefore: z.array(z.string().max(500)).max(2000).optional(),
    /** How long to watch it at most, unless it holds then: that is seen to its end. */
    patienceMs: z
      .number()
      .int()
      .min(0)
      .max(24 * 3_600_000),
    /** The time that is left to the gate at all. */
    leftMs: z.number().int().min(0),
  }),
  restart: z.strictObject({ ...target, run: runReferenceSchema, pass, expectedBootId: z.string().min(1).max(100) }),
  confirm: z.strictObject({ ...target, run: runReferenceSchema, pass, previousBootId: z.string().min(1).max(100) }),
  probe: z.strictObject({ ...target, probes: z.array(probeSchema).min(1).max(20) }),
  archive: z.strictObject({ ...target, run: runReferenceSchema, report: z.json() }),
  lease: z.strictObject({ ...target, run: runReferenceSchema }),
  claim: z.strictObject({ ...target, run: runReferenceSchema, releaseAfter: durationSchema }),
  hold: z.strictObject({
    ...target,
    held: nameSchema,
    run: runReferenceSchema,
    limit: z.number().int().min(1).max(100),
    releaseAfter: durationSchema,
    terms: z.strictObject({ includeStandby: z.boolean(), serving: z.boolean(), steering: steeringSchema.optional() }).optional(),
  }),
  release: z.strictObject({ ...target, held: nameSchema, run: runReferenceSchema }),
  keep: z.strictObject({ ...target, held: nameSchema, run: runReferenceSchema, reason: z.string().min(1).max(500) }),
  evidence: z.strictObject({ ...target, run: runReferenceSchema, since: z.iso.datetime() }),
  /** `mode` is absent of an earlier version, which left all to the cluster. */
  predict: z.strictObject({ ...target, order: z.array(nameSchema).max(100), mode: moveModeSchema.optional() }),
  chooseTargets: z.strictObject({ ...target, drained: nameSchema, later: z.array(nameSchema).max(100), homes: roleHomes }),
  failback: z.strictObject({ ...target, homes: roleHomes }),
  steer: z.strictObject({ ...target, run: runReferenceSchema, of: nameSchema.nullable(), steering: steeringSchema }),
  unsteer: z.strictObject({ ...target, run: runReferenceSchema, of: nameSchema.nullable() }),
  endHold: z.strictObject({
    ...target,
    run: runReferenceSchema,
    /** Who asks for it, and why: for the node's own record. */
    why: z.string().min(1).max(1500),
    evenKept: z.boolean(),
  }),
  watch: z.strictObject({
    ...target,
    condition: z.enum(['drained', 'empty', 'held', 'member', 'left', 'vacated', 'settled']),
    watched: nameSchema,
    run: runReferenceSchema,
    /** A `Baseline`; made by ourselves a moment ago, so only its size matters. */
    baseline: z.json().optional(),
    patienceMs: z.number().int().min(0).max(60_000),
  }),
};

type Input<K extends keyof typeof nodeInputs> = z.infer<(typeof nodeInputs)[K]>;

/** What a node's worker says of its node. */
export interface NodeIdentity {
  readonly node: string;
  readonly bootId: string;
  readonly at: string;
  readonly driver: string;
  readonly stack: { readonly running: boolean; readonly startsAtBoot: boolean };
  readonly stopsStack: boolean;
}

/** A script as a node has it: why it cannot be run there, or the digest of its content. */
export interface ExaminedScript {
  readonly script: string;
  readonly problem: string | null;
  readonly digest: string | null;
}

/** What an operation that runs at most once came to. `interrupted`: it was begun and left no result. */
export type OperationAnswer<T> = { readonly kind: 'finished'; readonly result: T } | { readonly kind: 'interrupted'; readonly message: string };

/** What a watch saw last. */
export interface WatchAnswer {
  readonly verdict: Verdict;
  readonly placement: readonly RolePlacement[];
  readonly witness: Witness;
  /** Every node that the cluster has; absent of an earlier version. */
  readonly members?: readonly string[];
}

/** What a node is about to do about each thing of a run that it watches. `stack`: a run stopped the node's cluster stack. */
export interface ReleaseOutlook {
  readonly node: string;
  readonly claims: readonly { readonly what: 'hold' | 'stack' | 'lease'; readonly run: RunReference; readonly decision: ReleaseDecision }[];
}

/** What came of ending a hold. `waiting`: not yet, ask again; `kept`: it is for a person to end. */
export interface NodeReleaseAnswer {
  readonly kind: 'released' | 'kept' | 'waiting' | 'nothing';
  readonly because: string;
}

/** Steps on the very node that is worked on; those of plug-ins are described in `UpdatePlugin`. */
export interface NodeActivities {
  /** Who this worker is: its node, the boot that it runs on, and the time on its clock. */
  identifyNode(input: Input<'target'>): Promise<NodeIdentity>;
  /** What the node needs of the wanted updates. @throws CauError `PluginUnavailable`, and what `UpdatePlugin.scan` throws */
  scanNode(input: Input<'scan'>): Promise<ScanResult>;
  /** Fetches exactly these updates, so that they can be installed without a network. @throws CauError `PluginUnavailable`, `StageFailed` */
  stageUpdates(input: Input<'stage'>): Promise<StageResult>;
  /** Installs exactly these updates of one plug-in, once per node, run and pass; one that fails is a result. @throws CauError `PluginUnavailable`, `HoldBroken` */
  installUpdates(input: Input<'operation'>): Promise<OperationAnswer<InstallResult>>;
  /** Mends what an interrupted installation left, once per node, run and pass. @throws CauError `PluginUnavailable`, `HoldBroken` */
  repairPackages(input: Input<'operation'>): Promise<OperationAnswer<RepairResult>>;
  verifyUpdates(input: Input<'verify'>): Promise<VerifyResult>;
  /** Whether each script is there and may be run. */
  examineScripts(input: Input<'scripts'>): Promise<readonly ExaminedScript[]>;
  /** Runs a script once per node, run and phase. @throws CauError `RefusedByNode`, `HookFailed` when it cannot be started */
  runHook(input: Input<'hook'>): Promise<OperationAnswer<ScriptEnd>>;
  /** Watches a gate until it has held for as long as it must, or the time is over. */
  watchGate(input: Input<'gate'>): Promise<GateAnswer>;
  /** For a run, which is written down on the node: a stack that is stopped cannot tell who holds it. */
  stopClusterStack(input: Input<'claim'>): Promise<void>;
  /** Starts the stack, which may still be starting afterwards. @throws CauError `ClusterToolFailed` */
  startClusterStack(input: Input<'target'>): Promise<void>;
  /** What runs on the node although the cluster did not start it there, by name. */
  findStrayResources(input: Input<'target'>): Promise<readonly string[]>;
  /** Stops polling, then restarts the node; `alreadyRestarted` when the boot id is another one already. */
  restartNode(input: Input<'restart'>): Promise<'restarting' | 'alreadyRestarted'>;
  /** @throws CauError `StillOldBoot`; a restart that was asked for and got lost on the way is done then */
  confirmRestarted(input: Input<'confirm'>): Promise<{ readonly bootId: string }>;
  /** Repeats the requests until it is canceled, then answers what it measured. */
  probeRoles(input: Input<'probe'>): Promise<readonly Measurement[]>;
  /** Keeps the report on the node, where it outlives Temporal's data. */
  archiveReport(input: Input<'archive'>): Promise<void>;
  /** How long nodes took, by the reports that this node keeps of the latest runs. */
  recallNodeTimes(input: Input<'target'>): Promise<readonly NodeTime[]>;
  /** What this node is about to do by itself about holds and lease of runs that are over or unknown. */
  describeRelease(input: Input<'target'>): Promise<ReleaseOutlook>;
  /** Ends what a run left on this node, as the node would do by itself, but now. The caller has made sure that the run is over. */
  endHold(input: Input<'endHold'>): Promise<NodeReleaseAnswer>;
  /** What the node itself recorded since then, cut to its budget. */
  collectEvidence(input: Input<'evidence'>): Promise<NodeEvidence>;
}

/**
 * Questions and changes to the cluster, asked of a chosen member: `node` is asked, `held` is meant. What is not said here is said,
 * with its errors, of the verb of that name in `ClusterDriver`.
 */
export interface ClusterActivities {
  /** The cluster as that member sees it. @throws CauError `NoQuorumHere` */
  describeCluster(input: Input<'target'>): Promise<ClusterDescription>;
  predictMoves(input: Input<'predict'>): Promise<readonly PredictedNodeMoves[]>;
  findCandidates(input: Input<'target'>): Promise<readonly RoleCandidates[]>;
  findReturns(input: Input<'target'>): Promise<readonly RoleReturn[]>;
  /** The preferences with which the node should be drained; none where the cluster's own choice is as good. */
  chooseTargets(input: Input<'chooseTargets'>): Promise<readonly RolePreference[]>;
  planFailback(input: Input<'failback'>): Promise<FailbackPlan>;
  steerRoles(input: Input<'steer'>): Promise<void>;
  unsteerRoles(input: Input<'unsteer'>): Promise<void>;
  takeLease(input: Input<'claim'>): Promise<void>;
  dropLease(input: Input<'lease'>): Promise<void>;
  holdNode(input: Input<'hold'>): Promise<void>;
  releaseNode(input: Input<'release'>): Promise<'released' | 'notHeld'>;
  /** Answers the command with which an operator releases the node, where there is one. */
  keepNode(input: Input<'keep'>): Promise<{ readonly releaseCommand: string | null }>;
  /** Watches until the condition is met or impossible, `patienceMs` at most. */
  watchCluster(input: Input<'watch'>): Promise<WatchAnswer>;
}

/** The one question that any node worker of a cluster may answer: who is there? */
export interface IntroductionActivities {
  introduceCluster(input: { readonly cluster: string }): Promise<ClusterDescription>;
}

/** A baseline as it crosses the server. */
export const parseBaseline = (value: unknown): Baseline => value as Baseline;
