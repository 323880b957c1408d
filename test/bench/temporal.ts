/** A Temporal service, two Update Coordinators and a client of the bench's own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectClient, type TemporalClient } from '../../client/connection.js';
import { loadConfiguration } from '../../configuration/configuration.js';
import { coordinatorQueue } from '../../domain/names.js';
import { findTemporalCli } from '../../workers/temporal/find-cli.js';
import { findFreePort } from '../../workers/temporal/ports.js';
import { startServiceIn } from '../helpers/temporal-service.js';
import { Coordinators } from './coordinators.js';
import type { Endings } from '../helpers/endings.js';

export const coordinatorCount = 2;

export interface BenchTemporal {
  readonly port: number;
  readonly temporal: TemporalClient;
  /** For processes that shall find this service, whatever the user's own settings are. */
  readonly env: Readonly<Record<string, string>>;
  readonly coordinators: Coordinators;
}

/** Starts them with the settings of the product; the endings end them. */
export async function startBenchTemporal(endings: Endings, progress: (line: string) => void): Promise<BenchTemporal> {
  const directory = await makeDirectory(endings);
  const port = await findFreePort();
  const service = await endings.start(
    startServiceIn(directory, port, () => findTemporalCli(progress)),
    (started) => started.stop(),
  );
  const env = { TEMPORAL_ADDRESS: service.address, CAU_TASK_QUEUE: coordinatorQueue };
  const coordinators = new Coordinators(env);
  coordinators.start(coordinatorCount);
  await endings.add(() => coordinators.stop());
  const temporal = await endings.start(connectClient(loadConfiguration({ temporalAddress: service.address })), (client) => client.close());
  return { port, temporal: { ...temporal, taskQueue: coordinatorQueue }, env, coordinators };
}

/** A temporary directory that goes with everything else. */
export function makeDirectory(endings: Endings): Promise<string> {
  return endings.start(mkdtemp(join(tmpdir(), 'cau-bench-')), (directory) => rm(directory, { recursive: true, force: true }));
}
