/** Whether Temporal was away, or refused. */
import { ServiceError } from '@temporalio/client';

/** Whether the service was away rather than refusing. gRPC: UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED by a closing channel. */
export function isUnavailable(error: unknown): boolean {
  const code =
    error instanceof ServiceError && typeof error.cause === 'object' && error.cause !== null && 'code' in error.cause
      ? error.cause.code
      : (error as { code?: unknown } | null)?.code;
  return code === 14 || code === 4 || code === 1;
}
