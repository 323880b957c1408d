/** The services of a machine: for each role that runs there one HTTP service, which tells who serves. */
import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const lastAnswersMs = 100;

export interface MachineServices {
  /** Starts the service of a role and answers its loopback port; that of the running one when there is one. */
  start(role: string, takesMs: number): Promise<number>;
  /** Serves on while it stops, then ends all connections when their answers are given. Nothing when it does not run. */
  stop(role: string, takesMs: number): Promise<void>;
  /** The roles whose service runs. */
  running(): string[];
}

/** A machine on which nothing runs yet. */
export function createMachineServices(node: string): MachineServices {
  const services = new Map<string, Server>();
  return {
    async start(role, takesMs) {
      const running = services.get(role);
      if (running !== undefined) return portOf(running);
      await delay(takesMs);
      const service = createServer((_request, response) => response.end(`${role} on ${node}\n`));
      await new Promise<void>((resolve, reject) => {
        service.once('error', reject);
        service.listen(0, '127.0.0.1', resolve);
      });
      services.set(role, service);
      return portOf(service);
    },
    async stop(role, takesMs) {
      const service = services.get(role);
      if (service === undefined) return;
      await delay(takesMs);
      services.delete(role);
      const closed = new Promise<void>((resolve) => service.close(() => resolve()));
      service.closeIdleConnections();
      // Requests that are under way are answered; whatever takes longer is cut.
      await Promise.race([closed, delay(lastAnswersMs)]);
      service.closeAllConnections();
    },
    running: () => [...services.keys()],
  };
}

function portOf(service: Server): number {
  const address = service.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
