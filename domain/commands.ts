/** What people may say to a run while it runs: signals, durable even when no coordinator is up, each applied once. */
import { z } from 'zod';
import { nameSchema } from './names.js';

const said = {
  /** Names the request, so that its answer can be found and a repetition is applied once. */
  requestId: z.string().min(1).max(100),
  /** Who asks. */
  by: z.string().min(1).max(200),
  reason: z.string().max(1000).optional(),
};

/** The payload of each command. */
export const commandSchemas = {
  pause: z.strictObject(said),
  resume: z.strictObject(said),
  /** `after: node` lets nodes that are begun finish; `after: step` ends them in order after their present step. */
  stop: z.strictObject({ ...said, after: z.enum(['node', 'step']).default('node') }),
  /** With `node`, refused unless it is that node which waits: an approval that comes twice does not approve the next one. */
  approve: z.strictObject({ ...said, node: nameSchema.optional() }),
  /** Leaves a node out that is not yet begun. */
  skip: z.strictObject({ ...said, node: nameSchema }),
} as const;

export type CommandName = keyof typeof commandSchemas;

/** The answer to a command, kept in progress and report. */
export const commandAnswerSchema = z.strictObject({
  command: z.string(),
  requestId: z.string(),
  by: z.string(),
  reason: z.string().nullable(),
  at: z.iso.datetime(),
  accepted: z.boolean(),
  /** Why it was refused, or what follows from it. */
  answer: z.string(),
});
export type CommandAnswer = z.infer<typeof commandAnswerSchema>;
