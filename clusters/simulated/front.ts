/** The stable address of a role: a loopback port whose connections go to the machine that serves the role. */
import { connect, createServer, type Server } from 'node:net';

export interface RoleFront {
  /** Where clients reach the role, wherever it runs. */
  readonly url: string;
  /** The port of the service behind the address; null while there is none, and then connections are refused. */
  pointTo(port: number | null): void;
  close(): Promise<void>;
}

/** Opens the address of a role on a free port. */
export async function openFront(): Promise<RoleFront> {
  let target: number | null = null;
  const server: Server = createServer((client) => {
    client.on('error', () => client.destroy());
    if (target === null) {
      client.resetAndDestroy();
      return;
    }
    const service = connect(target, '127.0.0.1');
    service.on('error', () => client.resetAndDestroy());
    client.on('close', () => service.destroy());
    service.on('close', () => client.destroy());
    client.pipe(service).pipe(client);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    pointTo: (next) => {
      target = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
