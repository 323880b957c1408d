/** Somebody who is told events by a webhook: a real HTTP server that answers as it is told to. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunEvent } from '../../domain/events.js';

/** One POST as it came. */
export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Of a target with the format `event`. */
  readonly event: RunEvent;
  /** Whether it was answered with success. */
  readonly isTaken: boolean;
}

/** A status, `hang` for never, `cut` for a connection that ends without an answer. */
type Answer = number | 'hang' | 'cut';

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Those that were answered with success. */
  taken(): readonly Received[];
  /** How the next ones are answered. */
  answer(how: Answer): void;
  /** Answers in this order first. */
  answerOnce(...how: readonly Answer[]): void;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let usual: Answer = 200;
  let next: Answer[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const how = next.shift() ?? usual;
      const { data } = JSON.parse(body) as { data: RunEvent };
      received.push({ id: String(request.headers['webhook-id']), headers: request.headers, body, event: data, isTaken: typeof how === 'number' && how < 300 });
      reply(response, how);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/s3cret-path`,
    received,
    taken: () => received.filter(({ isTaken }) => isTaken),
    answer: (how) => void (usual = how),
    answerOnce: (...how) => void (next = [...how]),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply(response: ServerResponse, how: Answer): void {
  if (how === 'hang') return;
  if (how === 'cut') return void response.destroy();
  response.writeHead(how, how >= 300 && how < 400 ? { location: 'http://127.0.0.1:1/elsewhere' } : {});
  response.end('an answer with s3cret words');
}
