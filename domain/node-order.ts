/** The order that a run gives to the workflow of one node: only that node's own part of the plan. */
import { z } from 'zod';
import { nameSchema, runReferenceSchema } from './names.js';
import { recordedOptionsSchema } from './options.js';
import type { RolePlacement } from './placement.js';
import type { NodeReport } from './report.js';
import { maxSteered, roleHomeSchema } from './steering.js';
import { updateSchema } from './updates.js';

/** The input of `updateNode`. */
export const nodeOrderSchema = z.strictObject({
  cluster: nameSchema,
  node: nameSchema,
  run: runReferenceSchema,
  /** The members that may be asked about the cluster. */
  members: z.array(nameSchema).min(1).max(100),
  options: recordedOptionsSchema,
  /** False: its roles stay on it while it is worked on, unless it turns out that it must be drained. */
  drain: z.boolean().optional(),
  /** What was planned and staged. */
  updates: z.array(updateSchema).max(5000),
  /** The failed actions that the cluster had at the start of the run, by id; only where a gate asks for it. */
  failedBefore: z.array(z.string().max(500)).max(1000).optional(),
  /** What the run drains after this node, in that order, and where roles are taken at its end; only where roles are steered. */
  ahead: z.strictObject({ later: z.array(nameSchema).max(100), homes: z.array(roleHomeSchema).max(maxSteered) }).optional(),
  /** How many nodes may be held at once, over the whole cluster. */
  limit: z.number().int().min(1).max(100),
});
export type NodeOrder = z.infer<typeof nodeOrderSchema>;

/** What the workflow of a node returns. */
export interface NodeResult {
  readonly report: NodeReport;
  /** Where roles serve now; null when it is not known or too large. */
  readonly placement: readonly RolePlacement[] | null;
  /** Every node that the cluster had while this one was worked on; absent of an earlier version. */
  readonly members?: readonly string[];
  /** Why no other node may be begun after this one; null when that is up to the failure budget. */
  readonly endsRun: string | null;
}

/** What a run tells its guard: the members of the cluster. */
export const guardedNodesSchema = z.array(nameSchema).max(100);

/** The input of `clusterGuard`. */
export const guardOrderSchema = z.strictObject({ cluster: nameSchema, run: runReferenceSchema });
