/** A Temporal service of one test file, whose death and lost data harm nobody else. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { findFreePort } from '../../workers/temporal/ports.js';
import { startServiceIn } from './temporal-service.js';

export interface OwnTemporal {
  readonly address: string;
  /** As a power cut does. */
  kill(): Promise<void>;
  /** Starts it again at the same address, with the data that it had. */
  start(): Promise<void>;
  /** Kills it and deletes its data base. */
  loseData(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnTemporal(): Promise<OwnTemporal> {
  const directory = await mkdtemp(join(tmpdir(), 'cau-own-temporal-'));
  const port = await findFreePort();
  const start = () => startServiceIn(directory, port, () => Promise.resolve(inject('temporalCli')));
  let service = await start();
  const kill = async () => {
    if (service.pid === null) throw new Error('not a service of our own');
    process.kill(service.pid, 'SIGKILL');
    await service.ended;
  };
  return {
    address: service.address,
    kill,
    async start() {
      service = await start();
    },
    async loseData() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
    async stop() {
      await service.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
