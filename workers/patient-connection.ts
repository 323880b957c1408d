/** The first connection to Temporal: it may come up after us, and it may refuse us until somebody mends its settings or ours. */
import { NativeConnection } from '@temporalio/worker';
import { setTimeout as delay } from 'node:timers/promises';
import { CauError } from '../domain/errors.js';
import { fitText } from '../domain/payload-size.js';
import { isUnavailable, refusalOf } from '../histories/unavailable.js';
import type { ConnectionSettings } from './client-connection.js';

const firstMs = 200;
const longestMs = 2000;
const askMs = 5000;

/** Whom to wait for, and where to say so. */
export interface Patience {
  readonly connection: { readonly address?: string };
  log(line: string): void;
}

/** Tries until it succeeds or the signal aborts, telling the log what it waits for whenever the reason is another one. */
export async function connectPatiently<T>(connect: () => Promise<T>, { connection, log }: Patience, signal: AbortSignal): Promise<T> {
  const address = connection.address ?? 'its default address';
  let said = '';
  for (let pauseMs = firstMs; ; pauseMs = Math.min(pauseMs * 2, longestMs)) {
    try {
      return await connect();
    } catch (cause) {
      if (signal.aborted) throw new CauError('TemporalUnavailable', `Temporal at ${address} did not answer.`, { cause });
      const line = lineOf(cause, address);
      if (line !== said) log(line);
      said = line;
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The connection that workers poll by. It counts only with their namespace: without it no worker could begin. */
export function connectWorkers(settings: Patience & { readonly connection: ConnectionSettings; readonly namespace: string }, signal: AbortSignal) {
  const { connection, namespace } = settings;
  const connect = async () => {
    const native = await NativeConnection.connect(connection);
    try {
      await native.withDeadline(Date.now() + askMs, () => native.workflowService.describeNamespace({ namespace }));
      return native;
    } catch (error) {
      await native.close();
      throw error;
    }
  };
  return connectPatiently(connect, settings, signal);
}

function lineOf(error: unknown, address: string): string {
  const refusal = refusalOf(error) ?? nativeRefusalOf(error);
  if (refusal !== null)
    return `Temporal at ${address} refuses: ${refusal.replace(/\.$/, '')}. Check address, namespace, TLS and API key ("cau config show"); trying on …`;
  const waiting = `Waiting for Temporal at ${address} …`;
  return isAway(error) ? waiting : `${waiting} (${fitText(error instanceof Error ? error.message : String(error), 300)})`;
}

/** The native library tells how its first call went only in its message: gRPC's own words for the code, then those of the service. */
function nativeRefusalOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const [, code = '', words = ''] = /GetSystemInfo: code: '([^']*)'(?:, message: "([^"]*)")?/.exec(error.message) ?? [];
  return /valid authentication credentials|not have permission/.test(code) ? words || code : null;
}

/** Nobody listens, or nobody answers; anything else is worth a word, such as a certificate that does not fit. */
function isAway(error: unknown): boolean {
  return isUnavailable(error) || (error instanceof Error && /ConnectionRefused|TimedOut|HostUnreachable|currently unavailable|deadline/i.test(error.message));
}
