/** The stable address of a role: a loopback port whose connections go to the machine that serves the role. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface RoleFront {
  /** Where clients reach the role, wherever it runs. */
  readonly url: string;
  readonly port: number;
  /** The port of the service behind the address; null while there is none, and then connections are reset at once. */
  pointTo(port: number | null): void;
  close(): Promise<void>;
}

/** Opens the address of a role, on the wanted port if that is free and on another one otherwise. */
export async function openFront(wantedPort = 0): Promise<RoleFront> {
  let target: number | null = null;
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => client.destroy()).on('close', () => clients.delete(client));
    if (target === null) {
      client.resetAndDestroy();
      return;
    }
    const service = connect(target, '127.0.0.1');
    service.on('error', () => client.resetAndDestroy()).on('close', () => client.destroy());
    client.on('close', () => service.destroy());
    client.pipe(service).pipe(client);
  });
  await listen(server, wantedPort).catch(() => listen(server, 0));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    pointTo: (next) => {
      target = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const client of clients) client.destroy();
      }),
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
