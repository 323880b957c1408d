/** Whether Temporal was away, or refused. */
import { ServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';

/** Whether the service was away rather than refusing. gRPC: UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED by a closing channel. */
export function isUnavailable(error: unknown): boolean {
  const { code } = callOf(error);
  return code === 14 || code === 4 || code === 1;
}

/**
 * Why the service serves whoever asked not at all, in its own words: it does not know him (gRPC: UNAUTHENTICATED), does not let him (PERMISSION_DENIED),
 * or has no such namespace. Null for anything else.
 */
export function refusalOf(error: unknown): string | null {
  if (error instanceof NamespaceNotFoundError) return `it has no namespace "${error.namespace}"`;
  const { code, details, message } = callOf(error);
  // The native library has the words of the service as its message.
  const words = [details, message].find((text): text is string => typeof text === 'string' && text !== '') ?? 'it does not say why';
  if (code === 16 || code === 7) return words;
  return code === 5 && /namespace/i.test(words) ? words : null;
}

/** The failed call on the service, which the client library may have wrapped. */
function callOf(error: unknown): { readonly code?: unknown; readonly details?: unknown; readonly message?: unknown } {
  const call = error instanceof ServiceError && error.cause !== undefined ? error.cause : error;
  return typeof call === 'object' && call !== null ? call : {};
}
