/** Lets nodes reach a service of the host that listens on loopback only. */
import { connect, createServer, type Server } from 'node:net';

/** Listens on the bridge's address alone and passes connections to a loopback port. */
export async function forward(address: string, port: number, toPort: number): Promise<Server> {
  const server = createServer((client) => {
    const service = connect(toPort, '127.0.0.1');
    const end = () => {
      client.destroy();
      service.destroy();
    };
    client.on('error', end).on('close', end);
    service.on('error', end).on('close', end);
    client.pipe(service).pipe(client);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return server;
}
