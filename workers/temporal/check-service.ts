/** Is this Temporal service fit for us? Namespace and search attributes; an unknown one would fail runs for ever. */
import type { Connection } from '@temporalio/client';
import { CauError } from '../../domain/errors.js';
import { searchAttributes } from '../../domain/names.js';

/** Temporal's numbers of the types of search attributes (temporal.api.enums.v1.IndexedValueType). */
const typeNumbers = { Keyword: 2, Int: 3 } as const;

/**
 * Checks the service behind the connection.
 * @throws CauError `TemporalUnsuitable` naming the command that mends it
 */
export async function checkService(connection: Connection, address: string, namespace: string): Promise<void> {
  const missing = await findMissing(connection, address, namespace);
  if (missing.length === 0) return;
  throw new CauError('TemporalUnsuitable', `Temporal at ${address} does not know the search attributes ${missing.join(', ')} in namespace "${namespace}".`, {
    where: address,
    remedy: `Run: temporal operator search-attribute create --address ${address} --namespace ${namespace} ${missing.map((name) => `--name ${name} --type ${searchAttributes[name]}`).join(' ')}`,
  });
}

/** Registers what is missing; for a service of our own. */
export async function mendService(connection: Connection, address: string, namespace: string): Promise<void> {
  const missing = await findMissing(connection, address, namespace);
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, typeNumbers[searchAttributes[name]]])),
  });
}

async function findMissing(connection: Connection, address: string, namespace: string): Promise<(keyof typeof searchAttributes)[]> {
  const known = await connection.operatorService.listSearchAttributes({ namespace }).catch((cause: unknown) => {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (!message.includes('not found')) throw cause;
    throw new CauError('TemporalUnsuitable', `Temporal at ${address} has no namespace "${namespace}".`, {
      where: 'temporal.namespace',
      remedy: `Run: temporal operator namespace create --address ${address} --namespace ${namespace} --retention 30d`,
      cause,
    });
  });
  const has = known.customAttributes ?? {};
  return (Object.keys(searchAttributes) as (keyof typeof searchAttributes)[]).filter((name) => !(name in has));
}
