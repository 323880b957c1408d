/** The input of the workflow `verification`. */
import { z } from 'zod';
import { CauError } from '../errors.js';
import { nameSchema } from '../names.js';
import { reportSchema, type Report } from '../report.js';
import { parseInput } from '../parse-input.js';
import type { RunTerms, VerifiedRun } from '../evidence.js';
import type { RunOptions } from '../options.js';

/** A run by its id; or its report, from the archive of a node, when Temporal has forgotten the run. */
export const verificationRequestSchema = z.strictObject({
  cluster: nameSchema,
  workflowId: z.string().min(1).max(200),
  report: reportSchema.optional(),
});
export type VerificationRequest = z.infer<typeof verificationRequestSchema>;

/** @throws CauError `InvalidInput`, also for a report of another run or cluster */
export function parseVerificationRequest(input: unknown): VerificationRequest {
  const request = parseInput(verificationRequestSchema, input, 'verification');
  const { report } = request;
  if (report === undefined) return request;
  const mismatch = report.cluster !== request.cluster ? 'cluster' : report.run.workflowId !== request.workflowId ? 'workflowId' : null;
  if (mismatch === null) return request;
  throw new CauError('InvalidInput', `verification: ${mismatch}: the report is that of run ${report.run.workflowId} of cluster ${report.cluster}.`, {
    where: mismatch,
  });
}

/** The run that a report is of. */
export function runOfReport(report: Report): VerifiedRun {
  const { cluster, run, startedAt, endedAt } = report;
  return { cluster, run, startedAt, endedAt, report, terms: termsOf(report.options.values), noReport: null };
}

/** What the options of a run allowed it. */
export function termsOf({ maxParallelNodes, allowOutage }: Pick<RunOptions, 'maxParallelNodes' | 'allowOutage'>): RunTerms {
  return { limit: maxParallelNodes, allowOutage };
}
