/** The compiled product and one real Temporal service for all tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findTemporalCli } from '../workers/temporal/find-cli.js';
import { findFreePort } from '../workers/temporal/ports.js';
import { startTemporalService } from '../workers/temporal/start-service.js';
import { buildProduct } from './helpers/compiled.js';

declare module 'vitest' {
  export interface ProvidedContext {
    temporalAddress: string;
    temporalCli: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'cau-test-temporal-'));
  // Machines, workers and the command line of the tests are the compiled ones: never older than the sources.
  const [cli] = await Promise.all([findTemporalCli((line) => console.error(`[temporal] ${line}`)), buildProduct()]);
  const service = await startTemporalService({
    ip: '127.0.0.1',
    port: await findFreePort(),
    uiPort: null,
    databaseFile: join(directory, 'temporal.db'),
    namespace: 'default',
    findCli: () => Promise.resolve(cli),
  });
  project.provide('temporalAddress', service.address);
  project.provide('temporalCli', cli);
  return async () => {
    await service.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
