/** The inputs of the workflows that people start: one JSON object each, checked as the first act. */
import { z } from 'zod';
import { durationWithin } from './duration.js';
import { nameSchema } from './names.js';
import { partialOptionsSchema } from './options.js';
import { profileDigestSchema } from './profiles.js';

/** Temporal itself knows no shorter one. */
const catchupWindowSchema = durationWithin('10s', '365d');

/** The input of `updatingRun` and of `preview`. */
export const runRequestSchema = z.strictObject({
  cluster: nameSchema,
  profile: nameSchema.optional(),
  options: partialOptionsSchema.optional(),
  /** Only these nodes; all members when absent. */
  nodes: z.array(nameSchema).min(1).max(100).optional(),
  reason: z.string().max(1000).optional(),
  requestedBy: z.string().min(1).max(200).optional(),
  /** Refuse the run unless the profile has this digest. */
  profileDigest: profileDigestSchema.optional(),
  /** How late a start by a schedule may come; one that comes later is skipped. An hour when absent; nothing to a run that no schedule starts. */
  catchupWindow: catchupWindowSchema.optional(),
});
export type RunRequest = z.infer<typeof runRequestSchema>;
