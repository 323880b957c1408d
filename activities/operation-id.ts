import type { RunReference } from '../domain/names.js';

/**
 * The id of an operation: unique for its need, the same for every attempt, and not the same for a later run that was
 * given the same workflow id.
 */
export function operationId(run: RunReference, node: string, step: string, pass: number): string {
  return `${run.firstExecutionRunId}/${node}/${step}/${pass}`;
}
