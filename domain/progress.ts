/** What a run and its nodes are doing: the answers of their `progress` queries. */
import { z } from 'zod';
import { commandAnswerSchema } from './commands.js';
import { failureSchema } from './errors.js';
import { runReferenceSchema } from './names.js';
import { nodeOutcomeSchema, runOutcomeSchema } from './outcomes.js';
import { waitSchema } from './waits.js';

/** The phases of a run, in their order; `paused`, `awaitingApproval` and `awaitingWindow` may stand between nodes. */
export const runPhases = [
  'starting',
  'checking',
  'scanning',
  'staging',
  'updating',
  'paused',
  'awaitingApproval',
  'awaitingWindow',
  'finishing',
  'done',
] as const;
export type RunPhase = (typeof runPhases)[number];

/** The steps of a node, in their order; those from `proving` to `scanning` repeat with each pass. */
export const nodeSteps = [
  'preparing',
  'gatesBefore',
  'preUpdateScript',
  'holding',
  'draining',
  'stoppingStack',
  'proving',
  'repairing',
  'installing',
  'scanning',
  'staging',
  'restarting',
  'verifying',
  'rejoining',
  'releasing',
  'settling',
  'failingBack',
  'postUpdateScript',
  'gatesAfter',
  'done',
] as const;
export type NodeStep = (typeof nodeSteps)[number];

const time = z.iso.datetime();

/** Where one node stands. `step` is null before it is begun. */
export const nodeProgressSchema = z.strictObject({
  node: z.string(),
  step: z.enum(nodeSteps).nullable(),
  /** Since when in this step. */
  since: time.nullable(),
  startedAt: time.nullable(),
  /** What the step does right now, in words. */
  detail: z.string(),
  /** What the node waits for; null when it works, or is not begun. */
  wait: waitSchema.nullable(),
  outcome: nodeOutcomeSchema.nullable(),
  /** What the plan does with the node; null before there is a plan. */
  action: z.enum(['update', 'upToDate', 'skip']).nullable(),
  updates: z.number().int().nullable(),
});
export type NodeProgress = z.infer<typeof nodeProgressSchema>;

/** What is said of a node that is not begun. */
export function renderUnbegun({ action }: Pick<NodeProgress, 'action'>): string {
  if (action === 'skip') return 'left out';
  return action === 'upToDate' ? 'up to date' : 'waiting';
}

/** Where a role serves now, and how often it has moved in this run. */
export const roleProgressSchema = z.strictObject({ role: z.string(), kind: z.string(), on: z.array(z.string()), moves: z.number().int() });

/** The answer of the query `progress`; `version` grows with every change. */
export const progressSchema = z.strictObject({
  version: z.number().int(),
  cluster: z.string(),
  run: runReferenceSchema,
  phase: z.enum(runPhases),
  since: time,
  startedAt: time,
  /** What the run waits for; null when it works. */
  wait: waitSchema.nullable(),
  outcome: runOutcomeSchema.nullable(),
  failure: failureSchema.nullable(),
  nodes: z.array(nodeProgressSchema),
  roles: z.array(roleProgressSchema),
  commands: z.array(commandAnswerSchema),
});
export type Progress = z.infer<typeof progressSchema>;
