/** Something that answers as a Temporal service does that refuses, or that has the namespace that it is asked for. */
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** How it answers: with a gRPC code and words, or well. */
export type Answer = { readonly code: number; readonly words: string } | 'well';

export interface RefusingService {
  readonly address: string;
  /** The calls so far, by the name of the method. */
  readonly asked: readonly string[];
  answer(how: (method: string) => Answer): void;
  stop(): Promise<void>;
}

export async function startRefusingService(): Promise<RefusingService> {
  const asked: string[] = [];
  const open = new Set<ServerHttp2Stream>();
  let how: (method: string) => Answer = () => 'well';
  const server = createServer();
  server.on('stream', (stream, headers) => {
    open.add(stream);
    const method = String(headers[':path']).split('/').at(-1) ?? '';
    asked.push(method);
    const answer = how(method);
    const start = { ':status': 200, 'content-type': 'application/grpc' };
    if (answer !== 'well') {
      stream.respond({ ...start, 'grpc-status': String(answer.code), 'grpc-message': answer.words }, { endStream: true });
      return;
    }
    stream.respond(start, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    // An empty message: nothing compressed, no byte long.
    stream.end(Buffer.alloc(5));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: (next) => void (how = next),
    stop: () =>
      new Promise((resolve) => {
        for (const stream of open) stream.session?.destroy();
        server.close(() => resolve());
      }),
  };
}
