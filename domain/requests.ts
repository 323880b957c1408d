/** The inputs of the workflows that people start: one JSON object each, checked as the first act. */
import { z } from 'zod';
import { CauError } from './errors.js';
import { nameSchema } from './names.js';
import { partialOptionsSchema } from './options.js';

/** The input of `updatingRun` and of `preview`. */
export const runRequestSchema = z.strictObject({
  cluster: nameSchema,
  profile: nameSchema.optional(),
  options: partialOptionsSchema.optional(),
  /** Only these nodes; all members when absent. */
  nodes: z.array(nameSchema).min(1).max(100).optional(),
  reason: z.string().max(1000).optional(),
  requestedBy: z.string().min(1).max(200).optional(),
});
export type RunRequest = z.infer<typeof runRequestSchema>;

/**
 * The value as the schema has it.
 * @throws CauError `InvalidInput` that names each field, its value and what is allowed
 */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 10).map((issue) => renderIssue(issue, value));
  throw new CauError('InvalidInput', `${what}: ${problems.join('; ')}.`, { where: fieldOf(parsed.error.issues[0]) });
}

function renderIssue(issue: z.core.$ZodIssue, value: unknown): string {
  const given = issue.path.reduce<unknown>((at, key) => (isRecord(at) ? at[String(key)] : undefined), value);
  const shown = issue.code === 'unrecognized_keys' || given === undefined ? '' : ` (given: ${JSON.stringify(given)?.slice(0, 120)})`;
  return `${fieldOf(issue)}: ${issue.message}${shown}`;
}

function fieldOf(issue: z.core.$ZodIssue | undefined): string {
  return issue === undefined || issue.path.length === 0 ? 'input' : issue.path.map(String).join('.');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
