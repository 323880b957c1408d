/** The power controller of the lab: what a management board is to real machines. Fence agents ask it over the bridge. */
import { createServer, type Server } from 'node:http';
import type { LabMachine } from './machine.js';

/** Serves `/?node=N&action=on|off|reboot|status` on the bridge alone; answers `on` or `off`. */
export async function servePower(address: string, port: number, machines: ReadonlyMap<string, LabMachine>, log: (line: string) => void): Promise<Server> {
  const server = createServer((request, response) => {
    void (async () => {
      const query = new URL(request.url ?? '/', 'http://power').searchParams;
      const machine = machines.get(query.get('node') ?? '');
      const action = query.get('action') ?? 'status';
      if (machine === undefined) {
        response.statusCode = 400;
        response.end('no such node\n');
        return;
      }
      if (action !== 'status') log(`${new Date().toISOString()} ${action} ${machine.node}, asked by ${request.socket.remoteAddress ?? ''}`);
      if (action === 'off' || action === 'reboot') await machine.crash();
      if (action === 'on' || action === 'reboot') await machine.start();
      response.end(machine.isOn() ? 'on' : 'off');
    })().catch((error: unknown) => {
      log(`${new Date().toISOString()} failed: ${String(error)}`);
      response.statusCode = 500;
      response.end('failed\n');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return server;
}
