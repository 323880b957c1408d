/** The first connection to Temporal: it may come up after us. */
import { setTimeout as delay } from 'node:timers/promises';
import { CauError } from '../domain/errors.js';

const firstMs = 200;
const longestMs = 2000;

/** Tries until it succeeds or the signal aborts, telling the log once what it waits for. */
export async function connectPatiently<T>(
  connect: () => Promise<T>,
  { connection, log }: { readonly connection: { readonly address?: string }; log(line: string): void },
  signal: AbortSignal,
): Promise<T> {
  for (let pauseMs = firstMs; ; pauseMs = Math.min(pauseMs * 2, longestMs)) {
    try {
      return await connect();
    } catch (cause) {
      const address = connection.address ?? 'its default address';
      if (signal.aborted) throw new CauError('TemporalUnavailable', `Temporal at ${address} did not answer.`, { cause });
      if (pauseMs === firstMs) log(`Waiting for Temporal at ${address} …`);
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
