/** The parts of a node worker that release its node when nobody else does, put together. */
import { Client } from '@temporalio/client';
import { join } from 'node:path';
import { knowRun } from '../activities/run-knowledge.js';
import type { ClusterDriver } from '../domain/ports/cluster-driver.js';
import type { NodeHost } from '../domain/ports/node-host.js';
import type { Journal } from '../host/journal.js';
import type { Ledger } from '../host/ledger.js';
import { createNodeRelease, type NodeRelease } from '../host/node-release.js';
import { createOccupation, type Occupation } from '../host/occupation.js';
import { openReleaseMemory, type ReleaseMemoryFile } from '../host/release-memory.js';
import { unitName } from '../host/run-once.js';
import { connectLazily, type ConnectionSettings } from './client-connection.js';
import { createHoldStory } from './hold-story.js';
import { createReleaseWatch, type ReleaseWatch } from './release-watch.js';

export interface ReleasingSettings {
  readonly cluster: string;
  readonly node: string;
  readonly connection: ConnectionSettings;
  readonly namespace: string;
  readonly stateDirectory: string;
  readonly driver: ClusterDriver;
  readonly host: NodeHost;
  log(line: string): void;
}

export interface Releasing {
  readonly memory: ReleaseMemoryFile;
  readonly occupation: Occupation;
  readonly release: NodeRelease;
  readonly watch: ReleaseWatch;
  close(): Promise<void>;
}

/** A Temporal that does not answer within this time counts as one that does not answer. */
const askMs = 3000;

/** They work from the first moment, also while Temporal is away. */
export function createReleasing(
  { cluster, node, connection, namespace, stateDirectory, driver, host, log }: ReleasingSettings,
  ledger: Ledger,
  journal: Journal,
): Releasing {
  const own = { cluster, node };
  const questions = connectLazily(connection);
  const client = new Client({ connection: questions, namespace });
  const record = (event: Readonly<Record<string, unknown>>) => log(JSON.stringify({ at: new Date().toISOString(), ...event }));
  const memory = openReleaseMemory(join(stateDirectory, 'release'));
  const occupation = createOccupation(() => findSurvivor(ledger, host));
  const release = createNodeRelease({ own, driver, host, memory, occupation, record });
  const watch = createReleaseWatch({
    own,
    driver,
    host,
    memory,
    occupation,
    release,
    record,
    know: (run) => knowRun(client, own, run, askMs),
    see: createHoldStory(node, journal),
  });
  return { memory, occupation, release, watch, close: () => questions.close() };
}

/** An installation that outlived the worker that began it. */
async function findSurvivor(ledger: Ledger, host: NodeHost): Promise<string | null> {
  for (const { operationId, at } of await ledger.findUnfinished()) {
    if (await host.isOperationRunning(unitName(operationId))) return `an operation begun at ${at} (${operationId})`;
  }
  return null;
}
