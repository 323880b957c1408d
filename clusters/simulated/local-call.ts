/** Calls between processes of one host: JSON over HTTP on a unix socket, with failures in our own words. */
import { createServer, request, type Server } from 'node:http';
import { CauError, failureOf, failureSchema } from '../../domain/errors.js';

/** The verbs that a socket answers; each takes and gives plain JSON. */
export type Verbs = Readonly<Record<string, (input: never) => unknown>>;

/** Serves the verbs on a socket. */
export async function serveVerbs(socket: string, verbs: Verbs): Promise<Server> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      void (async () => {
        const verb = verbs[(incoming.url ?? '/').slice(1)];
        try {
          if (verb === undefined) throw new CauError('Unexpected', `There is no verb ${incoming.url}.`);
          const value = (await verb(JSON.parse(Buffer.concat(chunks).toString() || 'null') as never)) ?? null;
          response.end(JSON.stringify({ value }));
        } catch (error) {
          response.end(JSON.stringify({ failure: failureOf(error) }));
        }
      })();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return server;
}

/**
 * Calls a verb.
 * @throws CauError the failure of the other side, or `ClusterToolFailed` when it does not answer
 */
export async function callVerb<T>(socket: string, verb: string, input: unknown = null, timeoutMs = 3000, signal?: AbortSignal): Promise<T> {
  const text = await new Promise<string>((resolve, reject) => {
    const outgoing = request(
      { socketPath: socket, path: `/${verb}`, method: 'POST', timeout: timeoutMs, ...(signal === undefined ? {} : { signal }) },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve(body)).on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(input));
  }).catch((cause: unknown) => {
    throw new CauError('ClusterToolFailed', `The simulated machine did not answer "${verb}": ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  });
  const answer = JSON.parse(text) as { value: T; failure?: unknown };
  if (answer.failure === undefined) return answer.value;
  const failure = failureSchema.parse(answer.failure);
  throw new CauError(failure.code, failure.message, {
    remedy: failure.remedy,
    ...(failure.where === undefined ? {} : { where: failure.where }),
    ...(failure.facts === undefined ? {} : { facts: failure.facts }),
  });
}
