/** A simulated cluster with its node workers, a coordinator, and a client: everything that a whole run needs. */
import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { connectClient, type TemporalClient } from '../../client/connection.js';
import { command } from '../../client/commands.js';
import { clientFailure } from '../../client/failures.js';
import { untilWorkersPoll } from '../../client/pollers.js';
import { statusOf } from '../../client/progress.js';
import { verifyRun } from '../../client/verify.js';
import type * as Simulated from '../../clusters/simulated/simulated-cluster.js';
import type { SimulatedUpdate } from '../../clusters/simulated/model.js';
import { loadConfiguration } from '../../configuration/configuration.js';
import type { CommandAnswer, CommandName } from '../../domain/commands.js';
import type { Failure } from '../../domain/errors.js';
import { guardId } from '../../domain/names.js';
import type { PartialOptions } from '../../domain/options.js';
import type { Preview } from '../../domain/preview.js';
import type { Progress } from '../../domain/progress.js';
import type { Report } from '../../domain/report.js';
import { cauProgram, importSimulatedCluster, startCoordinator } from './compiled.js';
import { updatesOfVersion, usualPackages, usualRoles } from './usual-cluster.js';
import { reportWithin } from './where-it-stands.js';

export { cauProgram };

export const nodes = ['node1', 'node2', 'node3', 'node4'];

export interface World {
  readonly cluster: Simulated.SimulatedCluster;
  readonly name: string;
  readonly temporal: TemporalClient;
  readonly address: string;
  readonly taskQueue: string;
  start(options?: PartialOptions, more?: Readonly<Record<string, unknown>>): Promise<WorkflowHandle>;
  /** Starts a run and waits for its report. */
  run(options?: PartialOptions, more?: Readonly<Record<string, unknown>>): Promise<Report>;
  report(handle: WorkflowHandle): Promise<Report>;
  /** What a run with these options would do. */
  preview(options?: PartialOptions): Promise<Preview>;
  /** What of the promises of a run the nodes' own records show as broken, in words. */
  brokenBy(report: Report): Promise<string[]>;
  /** Starts a run that must fail before it touches anything, and answers why. */
  refusal(input: unknown): Promise<Failure>;
  say(handle: WorkflowHandle, name: CommandName, more?: Readonly<Record<string, unknown>>): Promise<CommandAnswer | null>;
  /** Waits until the run's progress is as asked, and answers it. */
  until(handle: WorkflowHandle, isSo: (progress: Progress) => boolean): Promise<Progress>;
  /** Waits until the guard is closed. */
  untilFree(): Promise<void>;
  /** New versions of the usual updates, so that the next test has something to install. */
  offerNext(change?: (updates: SimulatedUpdate[]) => readonly SimulatedUpdate[]): Promise<string>;
  startCoordinator(): void;
  /** Kills the coordinators as `kill -9` does. */
  killCoordinators(): Promise<void>;
  stop(): Promise<void>;
}

/** Where a world is, when it does not share the Temporal service of all tests. */
export interface WorldPlace {
  readonly address?: string;
  readonly taskQueue?: string;
  /** What the coordinators have in their environment besides. */
  readonly coordinatorEnv?: Readonly<Record<string, string>>;
  /** The configuration file of the node's own worker. */
  nodeConfiguration?(node: string): string;
}

export async function createWorld(settings: Partial<Simulated.SimulatedClusterSettings> = {}, place: WorldPlace = {}): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'cau-world-'));
  const name = settings.cluster ?? `c${randomUUID().slice(0, 8)}`;
  const { address = inject('temporalAddress'), taskQueue = `cau-test-${name}` } = place;
  const { startSimulatedCluster } = await importSimulatedCluster();
  const env = { TEMPORAL_ADDRESS: address, CAU_TASK_QUEUE: taskQueue };
  const coordinators = createCoordinators({ ...env, ...place.coordinatorEnv });
  coordinators.start();
  const configurationOf = (node: string) => join(directory, `${node}.yaml`);
  for (const node of settings.nodes ?? nodes) await writeFile(configurationOf(node), place.nodeConfiguration?.(node) ?? '');
  const cluster = await startSimulatedCluster({
    directory,
    cluster: name,
    nodes,
    roles: usualRoles,
    packages: usualPackages,
    updates: updatesOfVersion('1.1'),
    workerCommand: (node, machineFile) => ({
      command: process.execPath,
      args: [cauProgram, 'serve', 'node', '--machine-file', machineFile],
      env: { ...env, CAU_CONFIG: configurationOf(node) },
    }),
    ...settings,
  });
  const temporal = await connectClient(loadConfiguration({ temporalAddress: address }));
  const world = { ...temporal, taskQueue };
  await untilWorkersPoll(world, name, [...(settings.nodes ?? nodes)]);
  let version = 1;

  const start: World['start'] = (options = {}, more = {}) => startRaw({ cluster: name, options: { plugins: ['simulated'], ...options }, ...more });
  const startRaw = (input: unknown) =>
    temporal.client.workflow.start('updatingRun', {
      taskQueue,
      workflowId: `test/${name}/${randomUUID()}`,
      args: input === undefined ? [] : [input],
      workflowTaskTimeout: '2s',
    });
  const report = (handle: WorkflowHandle) => reportWithin(temporal, handle, 150_000);
  const progressOf = async (handle: WorkflowHandle) => {
    const status = await statusOf(world, handle);
    return status.kind === 'whole' ? status.progress : null;
  };
  return {
    cluster,
    name,
    temporal: world,
    address,
    taskQueue,
    start,
    report,
    preview: (options = {}) =>
      temporal.client.workflow.execute<() => Promise<Preview>>('preview', {
        taskQueue,
        workflowId: `test/${name}/preview/${randomUUID()}`,
        args: [{ cluster: name, options: { plugins: ['simulated'], ...options } }] as unknown as [],
        workflowTaskTimeout: '2s',
      }),
    async brokenBy({ run }) {
      const { findings } = await verifyRun(world, { cluster: name, workflowId: run.workflowId });
      return findings.flatMap(({ broken }) => broken);
    },
    run: async (options, more) => report(await start(options, more)),
    refusal: async (input) => {
      const handle = await startRaw(input);
      return handle.result().then(
        (result) => Promise.reject(new Error(`not refused: ${JSON.stringify(result)}`)),
        (error: unknown) => clientFailure(error),
      );
    },
    say: (handle, command_, more = {}) => command(world, handle, command_, { by: 'a test', ...more }),
    async until(handle, isSo) {
      const giveUpAt = Date.now() + 60_000;
      for (;;) {
        const progress = await progressOf(handle);
        if (progress !== null && isSo(progress)) return progress;
        if (Date.now() > giveUpAt) throw new Error(`never so: ${JSON.stringify(progress)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async untilFree() {
      const giveUpAt = Date.now() + 60_000;
      for (;;) {
        const guard = await temporal.client.workflow.getHandle(guardId(name)).describe();
        if (guard.status.name !== 'RUNNING') return;
        if (Date.now() > giveUpAt) throw new Error('the guard is still there');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async offerNext(change = (updates) => updates) {
      version += 1;
      await cluster.offer(change(updatesOfVersion(`1.${version}`)));
      return `1.${version}`;
    },
    startCoordinator: coordinators.start,
    killCoordinators: () => coordinators.end('SIGKILL'),
    async stop() {
      await coordinators.end('SIGTERM');
      await temporal.close();
      await cluster.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function createCoordinators(env: Readonly<Record<string, string>>) {
  const start = () => startCoordinator(env, 'inherit');
  let running: ReturnType<typeof start>[] = [];
  return {
    start: () => void running.push(start()),
    async end(signal: 'SIGTERM' | 'SIGKILL') {
      const ending = running;
      running = [];
      for (const coordinator of ending) coordinator.kill(signal);
      await Promise.all(ending);
    },
  };
}

/** Everything that must hold after any run: nobody held, no lease, no role steered, every role serves. */
export function expectAtRest(cluster: Simulated.SimulatedCluster): { held: string[]; lease: unknown; steered: string[]; down: string[] } {
  const description = cluster.description();
  return {
    held: description.nodes.filter((node) => node.hold !== null).map((node) => node.name),
    lease: description.lease,
    steered: (description.preferences ?? []).map(({ role }) => role),
    down: description.roles.filter((role) => role.instances.length === 0).map((role) => role.id),
  };
}

export const atRest = { held: [], lease: null, steered: [], down: [] };
