/** The connection of a worker for its own questions to Temporal, beside the native one that it polls by. */
import { Connection, type ConnectionOptions } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';

export type ConnectionSettings = Pick<NativeConnectionOptions, 'address' | 'tls' | 'apiKey' | 'metadata'>;

/** The same settings for the client library. */
export function clientOptions({ address, tls, apiKey, metadata }: ConnectionSettings): ConnectionOptions {
  return {
    ...(address === undefined ? {} : { address }),
    tls: tls ?? false,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** A connection that is made at the first question: Temporal may be away when it is asked for. */
export function connectLazily(settings: ConnectionSettings): Connection {
  return Connection.lazy(clientOptions(settings));
}
