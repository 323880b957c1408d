/** The report of an Updating Run: what it did. It is the workflow's result and what is kept in the archive. */
import { z } from 'zod';
import { commandAnswerSchema } from './commands.js';
import { errorCodes, failureSchema } from './errors.js';
import { hookRecordSchema } from './hooks.js';
import { runReferenceSchema } from './names.js';
import { effectiveOptionsSchema } from './options.js';
import { nodeOutcomeSchema, runOutcomeSchema } from './outcomes.js';
import { measurementSchema } from './probes.js';
import { profileRecordSchema } from './profiles.js';

const time = z.iso.datetime();

/** One step of a node with its length; the same steps as in its progress. */
export const stepRecordSchema = z.strictObject({ step: z.string(), at: time, ms: z.number().int() });
export type StepRecord = z.infer<typeof stepRecordSchema>;

/** A failure on the node's way, also one that a retry got over; the step is the one in which it happened. */
export const failedAttemptSchema = z.strictObject({ step: z.string(), at: time, code: z.enum(errorCodes), message: z.string() });
export type FailedAttempt = z.infer<typeof failedAttemptSchema>;

/** A move of a role that was seen: where it served before and after. */
export const observedMoveSchema = z.strictObject({
  role: z.string(),
  from: z.string(),
  to: z.string().nullable(),
  when: z.enum(['drain', 'return', 'failback']),
});
export type ObservedMove = z.infer<typeof observedMoveSchema>;

/** What happened on one node; at most 8 KiB. The full list of updates is in the history of the node's workflow. */
export const nodeReportSchema = z.strictObject({
  node: z.string(),
  outcome: nodeOutcomeSchema,
  failure: failureSchema.nullable(),
  /** Why it was skipped or canceled. */
  reason: z.string().nullable(),
  /** Why it was left in maintenance mode on purpose. */
  kept: z.string().nullable(),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  /** Milliseconds from the hold to its release; null when it was never held. */
  inMaintenanceMs: z.number().int().nullable(),
  passes: z.number().int(),
  /** Every failure in its order, the first cause among them; empty when all went well. */
  attempts: z.array(failedAttemptSchema),
  updates: z.array(z.strictObject({ name: z.string(), from: z.string().nullable(), to: z.string(), outcome: z.string(), message: z.string().optional() })),
  /** Updates not listed for want of room. */
  updatesCut: z.number().int(),
  installed: z.number().int(),
  failed: z.number().int(),
  restarts: z.array(z.strictObject({ from: z.string(), to: z.string(), reasons: z.array(z.string()) })),
  /** A restart that is still needed, with its signs. */
  restartPending: z.array(z.string()),
  notes: z.array(z.string()),
  moves: z.array(observedMoveSchema),
  steps: z.array(stepRecordSchema),
  /** What the user's scripts came to; absent where none was asked for. */
  hooks: z.array(hookRecordSchema).optional(),
});
export type NodeReport = z.infer<typeof nodeReportSchema>;

/** What happened to one role over the whole run. */
export const roleReportSchema = z.strictObject({
  role: z.string(),
  kind: z.string(),
  moves: z.number().int(),
  /** Null: no probe was asked for, so the interruption was not measured. */
  measured: measurementSchema.nullable(),
});
export type RoleReport = z.infer<typeof roleReportSchema>;

/** What a readiness rule or a plug-in found, with what to do about it. */
export const findingSchema = z.strictObject({
  id: z.string(),
  severity: z.enum(['blocking', 'warning', 'note']),
  message: z.string(),
  remedy: z.string(),
  /** Blocking, but skipped on request. */
  skipped: z.boolean(),
});
export type Finding = z.infer<typeof findingSchema>;

/** The report of a run: the result of its workflow, and what every node keeps of it. */
export const reportSchema = z.strictObject({
  version: z.literal(1),
  cluster: z.string(),
  run: runReferenceSchema,
  requestedBy: z.string(),
  reason: z.string().nullable(),
  outcome: runOutcomeSchema,
  /** The first cause, when the run as a whole failed. */
  failure: failureSchema.nullable(),
  startedAt: time,
  endedAt: time,
  options: effectiveOptionsSchema,
  /** Absent when no profile was asked for. */
  profile: profileRecordSchema.optional(),
  driver: z.string(),
  software: z.array(z.string()),
  readiness: z.array(findingSchema),
  nodes: z.array(nodeReportSchema),
  roles: z.array(roleReportSchema),
  /** Roles that were taken home at the end of the run; absent where there were none. */
  failback: z.array(observedMoveSchema).optional(),
  commands: z.array(commandAnswerSchema),
});
export type Report = z.infer<typeof reportSchema>;

/** The report of a node that was not worked on. */
export function untouchedNode(node: string, outcome: NodeReport['outcome'], reason: string | null): NodeReport {
  return {
    node,
    outcome,
    reason,
    failure: null,
    kept: null,
    startedAt: null,
    endedAt: null,
    inMaintenanceMs: null,
    passes: 0,
    attempts: [],
    updates: [],
    updatesCut: 0,
    installed: 0,
    failed: 0,
    restarts: [],
    restartPending: [],
    notes: [],
    moves: [],
    steps: [],
  };
}
