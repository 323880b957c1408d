/** `cau demo`: a whole run on embedded defaults, from nothing to the report. */
import type { Command } from 'commander';
import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilWorkersPoll } from '../../client/pollers.js';
import { startRun } from '../../client/runs.js';
import type { SimulatedCluster } from '../../clusters/simulated/simulated-cluster.js';
import { findPackage } from '../../workers/package-root.js';
import { followOnScreen } from '../follow-run.js';
import { printNote } from '../output.js';
import { flagsOf, withTemporal } from '../session.js';

const program = join(findPackage().root, 'dist/cli/main.js');
/** The example of a run's input in the documentation is for this cluster. */
export const clusterName = 'demo';
const nodes = ['node1', 'node2', 'node3', 'node4'];
const coordinators = 2;
const interruptedExitCode = 130;
const endSignals = ['SIGINT', 'SIGTERM'] as const;

export function addDemoCommand(commands: Command): void {
  commands
    .command('demo')
    .description('See it work: Temporal, two coordinators and a simulated 4-node cluster on this machine, and an Updating Run over them.')
    .action(async (_flags: object, self: Command) => {
      process.exitCode = await demo(flagsOf<object>(self).json === true);
    });
}

async function demo(json: boolean): Promise<number> {
  // This may build one for minutes. Nothing is there yet that would have to be ended.
  const cli = await findCli();
  const directory = await mkdtemp(join(tmpdir(), 'cau-demo-'));
  const endings: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const ended = new AbortController();
  // What is being started is waited for, so that it is known and can be ended. A second signal ends this process at once.
  const stop = () => (ended.signal.aborted ? process.exit(interruptedExitCode) : ended.abort());
  for (const name of endSignals) process.on(name, stop);
  try {
    return await show(cli, directory, endings, ended.signal, json);
  } catch (error) {
    // Ctrl-C on a terminal reaches every process of the demonstration; that they end then is no failure.
    if (ended.signal.aborted) return interruptedExitCode;
    throw error;
  } finally {
    for (const end of endings.toReversed()) await end();
    for (const name of endSignals) process.removeListener(name, stop);
  }
}

async function show(cli: string, directory: string, endings: (() => Promise<unknown>)[], ended: AbortSignal, json: boolean): Promise<number> {
  const { address, uiUrl } = await startTemporal(cli, directory, endings);
  ended.throwIfAborted();
  const children = Array.from({ length: coordinators }, () => startCoordinator(address));
  endings.push(() => endAll(children));
  const cluster = await startCluster(directory, address);
  endings.push(() => cluster.stop());
  printNote(`Started ${coordinators} Update Coordinators and a simulated cluster of 4 nodes.`);
  ended.throwIfAborted();
  return withTemporal({ temporalAddress: address }, async ({ temporal }) => {
    await Promise.race([untilWorkersPoll(temporal, clusterName, nodes), untilAborted(ended)]);
    ended.throwIfAborted();
    const probes = Object.entries(cluster.addresses()).map(([role, http]) => ({ role, http, every: '50ms' }));
    const handle = await startRun(temporal, {
      cluster: clusterName,
      options: { plugins: ['simulated'], probes },
      reason: 'demonstration',
      requestedBy: 'cau demo',
    });
    const words = { hint: 'Ctrl-C ends the demonstration.', left: 'Ending the demonstration.', goesOn: false };
    const code = await followOnScreen(temporal, handle, json, words, ended);
    if (code === null) return interruptedExitCode;
    printNote(
      [
        '',
        `Temporal Web UI:  ${uiUrl}/namespaces/default/workflows/${encodeURIComponent(handle.workflowId)}`,
        ...Object.entries(cluster.addresses()).map(([role, url]) => `role ${role}:${' '.repeat(Math.max(1, 12 - role.length))}${url}`),
        `the command line: npx cau --temporal-address ${address} status`,
      ].join('\n'),
    );
    if (process.stdout.isTTY) {
      printNote('\nEverything stays up to be looked at. Ctrl-C ends it.');
      await untilAborted(ended);
    }
    return code;
  });
}

async function findCli(): Promise<string> {
  const { findTemporalCli } = await import('../../workers/temporal/find-cli.js');
  return findTemporalCli(printNote);
}

async function startTemporal(cli: string, directory: string, endings: (() => Promise<unknown>)[]): Promise<{ address: string; uiUrl: string }> {
  const { startTemporalService } = await import('../../workers/temporal/start-service.js');
  const { findFreePort } = await import('../../workers/temporal/ports.js');
  const service = await startTemporalService({
    ip: '127.0.0.1',
    port: await findFreePort(),
    uiPort: await findFreePort(),
    databaseFile: join(directory, 'temporal.db'),
    namespace: 'default',
    findCli: () => Promise.resolve(cli),
  });
  endings.push(() => service.stop());
  printNote(`Started Temporal at ${service.address}.`);
  return { address: service.address, uiUrl: service.uiUrl ?? '' };
}

function startCoordinator(address: string) {
  return execa(process.execPath, [program, 'serve', 'coordinator'], {
    env: { TEMPORAL_ADDRESS: address },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
    reject: false,
  });
}

async function endAll(children: readonly ReturnType<typeof startCoordinator>[]): Promise<void> {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children);
}

async function startCluster(directory: string, address: string): Promise<SimulatedCluster> {
  const { startSimulatedCluster } = await import('../../clusters/simulated/simulated-cluster.js');
  const { visibleTimings } = await import('../../clusters/simulated/model.js');
  return startSimulatedCluster({
    directory: join(directory, 'cluster'),
    cluster: clusterName,
    nodes,
    roles: [
      { id: 'web', kind: 'primitive', prefers: 'node1' },
      { id: 'database', kind: 'promotable', prefers: 'node2', copies: ['node2', 'node4'] },
      { id: 'shop', kind: 'clone' },
    ],
    packages: { 'linux-image': '6.1.1', openssl: '3.0.1', 'release-keys': '11', nginx: '1.22.0' },
    updates: [
      { name: 'linux-image', version: '6.1.2', restart: true, security: true, sizeBytes: 68_000_000 },
      { name: 'openssl', version: '3.0.2', security: true, sizeBytes: 1_400_000 },
      { name: 'release-keys', version: '12', sizeBytes: 30_000 },
      { name: 'nginx', version: '1.22.1', sizeBytes: 500_000, revealedBy: { name: 'release-keys', version: '12' } },
    ],
    timings: visibleTimings,
    workerCommand: (_node, machineFile) => ({
      command: process.execPath,
      args: [program, 'serve', 'node', '--machine-file', machineFile],
      env: { TEMPORAL_ADDRESS: address },
    }),
  });
}

/** Keeps the process alive meanwhile, since nothing else may. */
async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const alive = setInterval(() => undefined, 60_000);
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
}
