/** Failures at the edge of workflow code: whatever was thrown becomes one of the closed list, and nothing can hang a run. */
import { ActivityFailure, ApplicationFailure, CancelledFailure, ChildWorkflowFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { CauError, createFailure, failureSchema, type Failure } from '../domain/errors.js';

/** The failure behind anything that workflow code can catch. */
export function failureFrom(error: unknown): Failure {
  if (error instanceof CauError) return error.failure;
  if (error instanceof ActivityFailure) return fromActivity(error);
  if (error instanceof ChildWorkflowFailure) return failureFrom(error.cause);
  if (error instanceof ApplicationFailure) {
    const carried = failureSchema.safeParse(error.details?.[0]);
    return carried.success ? carried.data : createFailure('Unexpected', error.message);
  }
  if (error instanceof CancelledFailure) return createFailure('Stopped', 'The step was canceled.');
  if (error instanceof TerminatedFailure) return createFailure('Stopped', 'The workflow of the node was terminated.');
  return createFailure('Unexpected', error instanceof Error ? error.message : String(error));
}

/**
 * Runs the body of a workflow. A plain `Error` that leaves workflow code fails the workflow task, which Temporal then
 * repeats for ever while the run looks alive: so every error leaves as an `ApplicationFailure`.
 */
export async function asWorkflow<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    const failure = failureFrom(error);
    throw ApplicationFailure.create({
      message: `${failure.message} ${failure.remedy}`,
      type: failure.code,
      nonRetryable: true,
      details: [failure],
      ...(error instanceof Error ? { cause: error } : {}),
    });
  }
}

/** Which time limit of an activity was exceeded: `SCHEDULE_TO_START` when nobody took it up; null for any other failure. */
export function timeoutOf(error: unknown): TimeoutFailure['timeoutType'] | null {
  return error instanceof ActivityFailure && error.cause instanceof TimeoutFailure ? error.cause.timeoutType : null;
}

/** Throws the failure as the error that carries it. */
export function fail(failure: Failure): never {
  throw new CauError(failure.code, failure.message, {
    remedy: failure.remedy,
    ...(failure.where === undefined ? {} : { where: failure.where }),
    ...(failure.facts === undefined ? {} : { facts: failure.facts }),
  });
}

function fromActivity(error: ActivityFailure): Failure {
  if (error.cause instanceof TimeoutFailure) {
    // The last failure of the attempts says more than that their time is over.
    const last = error.cause.cause;
    if (last instanceof ApplicationFailure) return failureFrom(last);
    return createFailure('NodeUnreachable', `"${error.activityType}" got no answer in time (${error.cause.timeoutType}).`);
  }
  return failureFrom(error.cause);
}
