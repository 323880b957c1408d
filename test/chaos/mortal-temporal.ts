/** A Temporal service that can be killed and comes back with the data it had. */
import { findTemporalCli } from '../../workers/temporal/find-cli.js';
import { findFreePort } from '../../workers/temporal/ports.js';
import { startServiceIn } from '../helpers/temporal-service.js';

export interface MortalTemporal {
  readonly address: string;
  /** Kills it as `kill -9` does, and resolves when it is gone. Nothing when it is down already. */
  kill(): Promise<void>;
  /** Starts it again and resolves when it answers. Nothing when it is up, coming up or stopped. */
  start(): Promise<void>;
  /** Stops it for good, also for one who killed it and is about to start it again. */
  stop(): Promise<void>;
}

/** Starts one on a port and a data base of its own. */
export async function startMortalTemporal(directory: string, progress: (line: string) => void): Promise<MortalTemporal> {
  const port = await findFreePort();
  const start = () => startServiceIn(directory, port, () => findTemporalCli(progress));
  let service: ReturnType<typeof start> | null = start();
  let isStopped = false;
  const { address } = await service;
  return {
    address,
    async kill() {
      const { pid, ended } = (await service) ?? { pid: null, ended: null };
      service = null;
      if (pid === null) return;
      process.kill(pid, 'SIGKILL');
      await ended;
    },
    async start() {
      if (isStopped) return;
      service ??= start();
      await service;
    },
    async stop() {
      isStopped = true;
      await (await service)?.stop();
    },
  };
}
