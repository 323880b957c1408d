/** `cau serve`: the long-running processes. */
import { Option, type Command } from 'commander';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../configuration/configuration.js';
import { CauError } from '../../domain/errors.js';
import { printNote } from '../output.js';
import { flagsOf, type GlobalFlags } from '../session.js';

/** What no other command needs. */
export const loadCoordinator = () => import('../../workers/coordinator.js');
/** Likewise. */
export const loadNodeWorker = () => import('../../workers/serve-node.js');

export function addServeCommand(program: Command): void {
  const serve = program.command('serve').description('Run a process of Cluster-Aware Updating until it is told to end.');
  serve
    .command('temporal')
    .description('An embedded Temporal service with the settings that suit runs; got and started without asking.')
    .option('--port <port>', 'port of the service', '7233')
    .option('--ui-port <port>', 'port of the Temporal Web UI; 0 for none', '8233')
    .addOption(
      // Temporal's development server dials itself on loopback: with any other single address it starts, and does not work.
      new Option('--ip <address>', 'address to listen on; the service has no authentication, so all addresses only behind a firewall')
        .choices(['127.0.0.1', '0.0.0.0'])
        .default('127.0.0.1'),
    )
    .option('--database <file>', 'its data base', join(homedir(), '.local', 'share', 'cau', 'temporal.db'))
    .action((_flags: object, self: Command) => serveTemporal(flagsOf(self)));
  serve
    .command('coordinator')
    .description('An Update Coordinator: executes the workflows of runs. Run two or more, anywhere.')
    .action(async (_flags: object, self: Command) => {
      const { runCoordinator } = await loadCoordinator();
      const { connection, address, namespace, taskQueue, profiles, notify, notifyScripts, coordinatorMetrics } = loadConfiguration(flagsOf(self));
      await runCoordinator(
        {
          connection: { ...connection, address: address.value },
          namespace: namespace.value,
          taskQueue: taskQueue.value,
          profiles: profiles.value,
          notify: { targets: notify.value, scripts: notifyScripts.value },
          metrics: coordinatorMetrics.value === null ? null : { address: coordinatorMetrics.value, labels: {} },
          log: printNote,
        },
        endSignal(),
      );
    });
  serve
    .command('node')
    .description('The worker of this node: does its steps, as root.')
    .option('--node <name>', 'the name of this node in its cluster')
    .option('--cluster <name>', 'the cluster of this node')
    .option('--machine-file <file>', 'serve a simulated machine')
    .action(async (_flags: object, self: Command) => {
      const { serveNode } = await loadNodeWorker();
      await serveNode(loadConfiguration(flagsOf(self)), printNote, endSignal());
    });
}

interface TemporalFlags extends GlobalFlags {
  readonly port: string;
  readonly uiPort: string;
  readonly ip: string;
  readonly database: string;
}

async function serveTemporal(flags: TemporalFlags): Promise<void> {
  const { startTemporalService } = await import('../../workers/temporal/start-service.js');
  const { findTemporalCli } = await import('../../workers/temporal/find-cli.js');
  const uiPort = parsePort(flags.uiPort, 'ui-port');
  const service = await startTemporalService({
    ip: flags.ip,
    port: parsePort(flags.port, 'port'),
    uiPort: uiPort === 0 ? null : uiPort,
    databaseFile: flags.database,
    namespace: loadConfiguration(flags).namespace.value,
    findCli: () => findTemporalCli(printNote),
  });
  if (service.pid === null) {
    printNote(`A Temporal service that suits runs is there already at ${service.address}.`);
    return;
  }
  printNote(`Temporal is ready at ${service.address}${service.uiUrl === null ? '' : `, its Web UI at ${service.uiUrl}`}.`);
  const signal = endSignal();
  const output = await Promise.race([service.ended, new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null)))]);
  await service.stop();
  if (output !== null) throw new CauError('TemporalUnavailable', `The Temporal service ended by itself: ${output.trim().slice(-300)}`);
}

function parsePort(text: string, where: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new CauError('InvalidInput', `--${where}: "${text}" is no port; allowed is 0 to 65535.`, { where });
}

/** Aborts at the first SIGINT or SIGTERM; a second one ends the process at once. */
function endSignal(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      ending.abort();
      process.once(name, () => process.exit(130));
    });
  }
  return ending.signal;
}
