/** Why a workflow of ours failed, in our own words. */
import type { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { createFailure, failureSchema, type Failure } from '../domain/errors.js';

/** The failure that it carries; what carries none is a defect. */
export function failureOfWorkflow({ cause }: WorkflowFailedError): Failure {
  const parsed = failureSchema.safeParse(cause instanceof ApplicationFailure ? cause.details?.[0] : undefined);
  return parsed.success ? parsed.data : createFailure('Unexpected', cause instanceof Error ? cause.message : String(cause));
}
