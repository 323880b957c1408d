import { join } from 'node:path';
import { startTemporalService, type TemporalService } from '../../workers/temporal/start-service.js';

/** A Temporal service with the settings of the product, on loopback and without a Web UI; its data base is in the directory, and outlives it. */
export function startServiceIn(directory: string, port: number, findCli: () => Promise<string>): Promise<TemporalService> {
  return startTemporalService({ ip: '127.0.0.1', port, uiPort: null, databaseFile: join(directory, 'temporal.db'), namespace: 'default', findCli });
}
