/** Errors of the Temporal client as failures in our own words. */
import { ScheduleNotFoundError, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure, TemporalFailure } from '@temporalio/common';
import { createFailure, failureOf, failureSchema, type Failure } from '../domain/errors.js';
import { refusedRemedy } from './connection.js';
import { isUnavailable, refusalOf } from '../histories/unavailable.js';

/** What went wrong, from anything that a call on Temporal can throw. */
export function clientFailure(error: unknown): Failure {
  if (error instanceof WorkflowFailedError) return workflowFailure(error.cause);
  if (error instanceof WorkflowNotFoundError) return createFailure('RunNotFound', `There is no run "${error.workflowId}".`, { where: error.workflowId });
  if (error instanceof ScheduleNotFoundError)
    return createFailure('ScheduleNotFound', `There is no schedule "${error.scheduleId}".`, { where: error.scheduleId });
  if (isUnavailable(error)) return createFailure('TemporalUnavailable', 'Temporal does not answer.');
  const refusal = refusalOf(error);
  if (refusal !== null) return createFailure('TemporalUnsuitable', `Temporal refuses: ${refusal}.`, { remedy: refusedRemedy });
  return failureOf(error);
}

function workflowFailure(cause: Error | undefined): Failure {
  if (cause instanceof ApplicationFailure) {
    const carried = failureSchema.safeParse(cause.details?.[0]);
    if (carried.success) return carried.data;
  }
  if (cause instanceof TerminatedFailure) return createFailure('Stopped', 'The run was terminated through Temporal; its guard cleans up after it.');
  if (cause instanceof CancelledFailure) return createFailure('Stopped', 'The run was canceled.');
  if (cause instanceof TimeoutFailure) return createFailure('TimeOver', 'The run reached its Temporal timeout; its guard cleans up after it.');
  if (cause instanceof TemporalFailure && cause.cause instanceof Error) return workflowFailure(cause.cause);
  return createFailure('Unexpected', cause?.message ?? 'The run failed without saying why.');
}
