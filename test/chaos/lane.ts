/** A cluster to torment: the machines of its terms, a Temporal service of its own, two Update Coordinators, all of them mortal. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectClient, type TemporalClient } from '../../client/connection.js';
import { untilWorkersPoll } from '../../client/pollers.js';
import type { SimulatedCluster } from '../../clusters/simulated/simulated-cluster.js';
import { loadConfiguration } from '../../configuration/configuration.js';
import { cauProgram, importSimulatedCluster } from '../helpers/compiled.js';
import type { Endings } from '../helpers/endings.js';
import { updatesOfVersion, usualPackages } from '../helpers/usual-cluster.js';
import { keepCoordinators, type Coordinators } from '../helpers/coordinators.js';
import { sendHome } from '../helpers/send-home.js';
import { startMortalTemporal, type MortalTemporal } from './mortal-temporal.js';
import type { Terms } from './terms.js';

export interface Lane {
  readonly name: string;
  readonly terms: Terms;
  readonly cluster: SimulatedCluster;
  readonly service: MortalTemporal;
  readonly coordinators: Coordinators;
  readonly temporal: TemporalClient;
  /** Offers new versions of the usual updates, and answers which. */
  offerNext(): Promise<string>;
  /** As an operator does it: roles that stick to where faults or their first start took them serve where they prefer to be. */
  sendHome(): Promise<void>;
  /** Resolves when both coordinators poll, as they do a moment after a start of theirs, or of Temporal. */
  untilCoordinated(): Promise<void>;
  /** Resolves when both coordinators and the workers of all nodes poll. */
  untilWhole(): Promise<void>;
}

const taskQueue = 'cau';
const lookMs = 50;
const wholeMs = 60_000;

/** Opens a lane; the endings close it. */
export async function openLane(name: string, terms: Terms, endings: Endings, progress: (line: string) => void): Promise<Lane> {
  const directory = await endings.start(mkdtemp(join(tmpdir(), 'cau-chaos-')), (made) => rm(made, { recursive: true, force: true }));
  const service = await endings.start(startMortalTemporal(directory, progress), (started) => started.stop());
  const env = { TEMPORAL_ADDRESS: service.address, CAU_TASK_QUEUE: taskQueue };
  const coordinators = keepCoordinators(2, env);
  await endings.add(() => coordinators.end());
  const { startSimulatedCluster } = await importSimulatedCluster();
  const starting = startSimulatedCluster({
    directory,
    cluster: name,
    nodes: terms.nodes,
    roles: terms.roles,
    packages: usualPackages,
    updates: [],
    workerCommand: (_node, machineFile) => ({ command: process.execPath, args: [cauProgram, 'serve', 'node', '--machine-file', machineFile], env }),
  });
  const cluster = await endings.start(starting, (started) => started.stop());
  const connecting = connectClient(loadConfiguration({ temporalAddress: service.address }));
  const temporal = { ...(await endings.start(connecting, (client) => client.close())), taskQueue };
  let version = 0;
  const lane: Lane = {
    name,
    terms,
    cluster,
    service,
    coordinators,
    temporal,
    async offerNext() {
      version += 1;
      await cluster.offer(updatesOfVersion(`1.${version}`));
      return `1.${version}`;
    },
    sendHome: () => sendHome(cluster, terms),
    async untilCoordinated() {
      const giveUpAt = Date.now() + wholeMs;
      while (!(await areCoordinatorsPolling(lane))) {
        if (Date.now() > giveUpAt) throw new Error(`two coordinators are not there after ${wholeMs / 1000} s`);
        await delay(lookMs);
      }
    },
    async untilWhole() {
      await untilWorkersPoll(temporal, name, terms.nodes);
      await lane.untilCoordinated();
    },
  };
  await lane.untilWhole();
  await lane.sendHome();
  return lane;
}

/** A coordinator's identity begins with its process id. */
async function areCoordinatorsPolling({ temporal: { client, namespace }, coordinators }: Lane): Promise<boolean> {
  const workflowTasks = 1;
  const pids = coordinators.pids();
  const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType: workflowTasks });
  const polling = (pollers ?? []).map(({ identity }) => Number(identity?.split('@')[0]));
  return pids.length === 2 && pids.every((pid) => polling.includes(pid));
}
