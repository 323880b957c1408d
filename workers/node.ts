/** The node worker: root on its node, runs that node's steps and answers about its cluster. Outbound connections only. */
import { Worker, type NativeConnection } from '@temporalio/worker';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createNodeBoundary } from '../activities/boundary.js';
import { createClusterActivities, createIntroductionActivities } from '../activities/cluster-activities.js';
import { journaled } from '../activities/journaled.js';
import { createNodeActivities } from '../activities/node-activities.js';
import { createPluginBench } from '../activities/plugin-bench.js';
import { failureOf } from '../domain/errors.js';
import { clusterQueue, nodeQueue } from '../domain/names.js';
import type { ClusterDriver } from '../domain/ports/cluster-driver.js';
import type { NodeHost } from '../domain/ports/node-host.js';
import type { UpdatePlugin } from '../domain/ports/update-plugin.js';
import { createJournal, writesToJournal } from '../host/journal.js';
import { createLedger } from '../host/ledger.js';
import type { ScriptPolicy } from '../host/scripts.js';
import type { ConnectionSettings } from './client-connection.js';
import { connectWorkers } from './patient-connection.js';
import { createReleasing } from './releasing.js';
import { runUntil } from './run-until.js';
import { installRuntime, type MetricsSettings } from './runtime.js';

export interface NodeWorkerSettings {
  readonly cluster: string;
  readonly node: string;
  readonly connection: ConnectionSettings;
  readonly namespace: string;
  /** Kept over restarts: ledger, archive, the plug-ins' own directories. */
  readonly stateDirectory: string;
  readonly driver: ClusterDriver;
  readonly host: NodeHost;
  readonly plugins: readonly UpdatePlugin[];
  /** The node's own policy: which scripts runs may use, and where they are. */
  readonly scripts: ScriptPolicy;
  readonly machineFile: string | null;
  readonly allowRestart: boolean;
  readonly metrics: MetricsSettings | null;
  log(line: string): void;
}

/** How long a node may take to stop its services; a worker that is still there then works on. */
const goingDownMs = 120_000;

/** The directory of a plug-in's own on the node. */
export const pluginDirectory = (stateDirectory: string, plugin: string) => join(stateDirectory, 'plugins', plugin);

/** Works until `signal` aborts, or until the node is to restart: then it stops polling first and restarts the node. */
export async function runNodeWorker(settings: NodeWorkerSettings, signal: AbortSignal): Promise<void> {
  installRuntime(settings.metrics);
  const { cluster, node, driver, host, namespace, stateDirectory, log } = settings;
  const ending = new AbortController();
  const end = () => ending.abort();
  signal.addEventListener('abort', end);
  let isRestartDue = false;
  const ledger = createLedger(join(stateDirectory, 'operations'));
  const journal = createJournal(log, writesToJournal());
  const releasing = createReleasing(settings, ledger, journal);
  const watching = releasing.watch.run(ending.signal);
  let connection: NativeConnection | null = null;
  try {
    connection = await connectWorkers(settings, signal);
    const bootId = await host.bootId();
    const own = { cluster, node };
    const boundary = createNodeBoundary(own);
    const common = {
      connection,
      namespace,
      identity: `${node}@${bootId.slice(0, 8)}`,
      activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
      maxConcurrentActivityTaskExecutions: 20,
      maxHeartbeatThrottleInterval: '1s',
      shutdownGraceTime: '2s',
      shutdownForceTime: '5s',
    } as const;
    const ownWorker = await Worker.create({
      ...common,
      taskQueue: nodeQueue(cluster, node),
      activities: {
        ...journaled(createClusterActivities({ boundary, driver }), node, journal),
        ...journaled(
          createNodeActivities({
            own,
            boundary,
            driver,
            host,
            ledger,
            plugins: createPluginBench(own, settings.plugins, (plugin) => pluginDirectory(stateDirectory, plugin)),
            scripts: settings.scripts,
            archiveDirectory: join(stateDirectory, 'reports'),
            machineFile: settings.machineFile,
            allowRestart: settings.allowRestart,
            occupation: releasing.occupation,
            memory: releasing.memory,
            release: releasing.release,
            outlook: releasing.watch.outlook,
            restartAfterReply: () => {
              isRestartDue = true;
              ending.abort();
            },
          }),
          node,
          journal,
        ),
      },
    });
    const sharedWorker = await Worker.create({
      ...common,
      taskQueue: clusterQueue(cluster),
      activities: { ...createIntroductionActivities({ boundary, driver }) },
    });
    log(`Node worker of ${node} in cluster ${cluster} is ready.`);
    await runUntil([ownWorker, sharedWorker], ending.signal).catch((error: unknown) => {
      // The reply is on its way or lost, and what is asked for is the restart (a worker that lost Temporal may end badly).
      if (!isRestartDue) throw error;
      log(`The workers of ${node} did not end in order: ${failureOf(error).message}`);
    });
  } finally {
    signal.removeEventListener('abort', end);
    ending.abort();
    await watching;
    await releasing.close();
    await connection?.close();
  }
  if (!isRestartDue) return;
  log(`Restarting ${node}.`);
  await host.restart();
  // Whoever keeps this worker running would start another one, which takes its time from what is being stopped.
  await delay(goingDownMs, undefined, { signal }).catch(() => undefined);
}
