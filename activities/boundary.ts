/**
 * The door of a node worker, which is root on its node: only its own node, only our workflows, only strict input. And
 * the one place where an error becomes a Temporal failure.
 */
import { activityInfo, ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import type { z } from 'zod';
import { CauError, errorCatalogue, failureOf, type Failure } from '../domain/errors.js';
import { payloadBudgetBytes, payloadBytes } from '../domain/payload-size.js';
import { parseInput } from '../domain/parse-input.js';

/** The workflows that may ask a node for anything. */
export const callers: readonly string[] = ['updatingRun', 'updateNode', 'clusterGuard', 'preview', 'recovery', 'verification'];

/** What stands between Temporal and everything that a node worker does. */
export interface NodeBoundary {
  /** An activity that refuses whatever is not meant for this node, before it does anything. */
  guard<I extends { cluster: string }, O>(schema: z.ZodType<I>, act: (input: I) => Promise<O>): (input: I) => Promise<O>;
}

/** The boundary of the worker of one node. */
export function createNodeBoundary(own: { readonly cluster: string; readonly node: string }): NodeBoundary {
  return {
    guard: (schema, act) => (input) =>
      asActivity(async () => {
        requireCaller();
        const parsed = parseInput(schema, input, activityInfo().activityType);
        requireOwn(parsed.cluster, own.cluster, 'cluster');
        if ('node' in parsed) requireOwn(String(parsed.node), own.node, 'node');
        return requireRoom(await act(parsed));
      }),
  };
}

/** Runs the body of an activity; a `CauError` leaves it as an `ApplicationFailure` of the same code, words and remedy. */
export async function asActivity<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof ApplicationFailure || error instanceof CancelledFailure) throw error;
    throw toApplicationFailure(failureOf(error), error);
  }
}

function requireCaller(): void {
  const { inWorkflow, workflowType } = activityInfo();
  if (inWorkflow && workflowType !== undefined && callers.includes(workflowType)) return;
  throw new CauError(
    'ForbiddenCaller',
    `"${activityInfo().activityType}" was asked by ${inWorkflow ? `a workflow of type "${workflowType ?? ''}"` : 'no workflow at all'}.`,
  );
}

function requireOwn(asked: string, own: string, what: 'cluster' | 'node'): void {
  if (asked === own) return;
  throw new CauError('WrongNode', `A request for ${what} "${asked}" reached the worker of ${what} "${own}".`, { where: what });
}

/** A result that the server refuses would be tried again until its deadline, and a run that holds it would hang. */
function requireRoom<T>(result: T): T {
  const bytes = payloadBytes(result);
  if (bytes <= payloadBudgetBytes) return result;
  throw new CauError('TooLarge', `The answer of "${activityInfo().activityType}" has ${bytes} bytes; ${payloadBudgetBytes} are allowed.`);
}

function toApplicationFailure(failure: Failure, cause: unknown): ApplicationFailure {
  const { retryable } = errorCatalogue[failure.code];
  return ApplicationFailure.create({
    message: `${failure.message} ${failure.remedy}`,
    type: failure.code,
    nonRetryable: !retryable,
    details: [failure],
    ...(cause instanceof Error ? { cause } : {}),
    // A node that restarts is asked again every half second: that is its price, not a growing one.
    ...(failure.code === 'StillOldBoot' ? { nextRetryDelay: '500ms' } : {}),
  });
}
