/** How the embedded Temporal service is started: every setting with its reason. */
import { searchAttributes } from '../../domain/names.js';

export interface ServerPlace {
  readonly ip: string;
  readonly port: number;
  /** Null: without the Web UI. */
  readonly uiPort: number | null;
  readonly databaseFile: string;
  readonly namespace: string;
}

const dynamicConfig: Readonly<Record<string, string>> = {
  // One history shard reads its queue 20 times a second by default: 103 ms a step instead of 26.
  'history.transferProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxPollRPS': '2000',
  // Timers and timeouts are up to a second late by default.
  'history.timerProcessorMaxTimeShift': '"20ms"',
  // A worker that ends in order leaves no dead poll that swallows a task.
  'frontend.enableCancelWorkerPollsOnShutdown': 'true',
  // A node that lost its power leaves dead polls for a minute by default.
  'frontend.keepAliveTime': '"5s"',
  'frontend.keepAliveTimeout': '"3s"',
  // Many tiny queues, one for each node: partitions would only add polls.
  'matching.numTaskqueueReadPartitions': '1',
  'matching.numTaskqueueWritePartitions': '1',
  'frontend.namespaceCount': '20000',
  // Nobody may run a step on a node without a workflow.
  'activity.enableStandalone': 'false',
};

/** The arguments of the Temporal CLI. */
export function serverArguments({ ip, port, uiPort, databaseFile, namespace }: ServerPlace): string[] {
  return [
    'server',
    'start-dev',
    '--ip',
    ip,
    '--port',
    String(port),
    ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-ip', '127.0.0.1', '--ui-disable-news-fetch']),
    '--db-filename',
    databaseFile,
    '--namespace',
    namespace,
    '--sqlite-pragma',
    'journal_mode=wal',
    '--sqlite-pragma',
    'synchronous=2',
    '--log-level',
    'error',
    '--log-format',
    'pretty',
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    ...Object.entries(dynamicConfig).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]),
  ];
}
