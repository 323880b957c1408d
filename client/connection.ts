/** The one way in which people's commands reach Temporal. */
import { Client, Connection } from '@temporalio/client';
import type { Configuration } from '../configuration/configuration.js';
import { CauError } from '../domain/errors.js';
import { refusalOf } from '../histories/unavailable.js';

/** A client and how to close it. */
export interface TemporalClient {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  close(): Promise<void>;
}

const connectMs = 3000;
/** What whoever is refused can do. */
export const refusedRemedy = 'Check address, namespace, TLS and API key ("cau config show").';

/** @throws CauError `TemporalUnavailable`, `TemporalUnsuitable` naming the address */
export async function connectClient({ connection: options, address, namespace, taskQueue }: Configuration): Promise<TemporalClient> {
  const connection = await Connection.connect({ ...options, address: address.value, connectTimeout: connectMs }).catch((cause: unknown) => {
    const refusal = refusalOf(cause);
    if (refusal !== null)
      throw new CauError('TemporalUnsuitable', `Temporal at ${address.value} refuses: ${refusal}.`, { where: address.value, remedy: refusedRemedy, cause });
    throw new CauError('TemporalUnavailable', `Temporal at ${address.value} did not answer in ${connectMs / 1000} s.`, { where: address.value, cause });
  });
  return {
    client: new Client({ connection, namespace: namespace.value }),
    address: address.value,
    namespace: namespace.value,
    taskQueue: taskQueue.value,
    close: () => connection.close(),
  };
}
