/** A simulated cluster of four machines in a directory of its own, with a driver and a host on each. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulatedDriver } from '../../../clusters/simulated/driver.js';
import { createSimulatedHost } from '../../../clusters/simulated/host.js';
import { readMachineFile } from '../../../clusters/simulated/model.js';
import { startSimulatedCluster, type SimulatedCluster, type SimulatedClusterSettings } from '../../../clusters/simulated/simulated-cluster.js';
import type { RunReference } from '../../../domain/names.js';
import type { ClusterDriver } from '../../../domain/ports/cluster-driver.js';
import type { NodeHost } from '../../../domain/ports/node-host.js';

export const run: RunReference = { workflowId: 'cau/run/small/20260101T000000Z', firstExecutionRunId: '4f1d7c1e-2b0a-4a63-9d0e-7d3f5a1b9c01' };

export interface SmallCluster {
  readonly cluster: SimulatedCluster;
  readonly directory: string;
  driverOn(node: string): ClusterDriver;
  hostOn(node: string): NodeHost;
  /** Where each role serves, in short: `web@node1`. */
  serving(): string[];
  untilOnline(node: string): Promise<void>;
  close(): Promise<void>;
}

export async function openSmallCluster(settings: Partial<SimulatedClusterSettings> = {}): Promise<SmallCluster> {
  const directory = settings.directory ?? (await mkdtemp(join(tmpdir(), 'cau-small-')));
  const cluster = await startSimulatedCluster({
    cluster: 'small',
    nodes: ['node1', 'node2', 'node3', 'node4'],
    roles: [
      { id: 'web', kind: 'primitive', prefers: 'node1' },
      { id: 'db', kind: 'promotable', prefers: 'node2', copies: ['node2', 'node4'] },
      { id: 'shop', kind: 'clone' },
    ],
    packages: { app: '1.0' },
    updates: [],
    ...settings,
    directory,
  });
  const machine = (node: string) => readMachineFile(cluster.machineFile(node));
  return {
    cluster,
    directory,
    driverOn: (node) => createSimulatedDriver(machine(node)),
    hostOn: (node) => createSimulatedHost(machine(node)),
    serving: () =>
      cluster
        .description()
        .roles.flatMap((role) =>
          role.instances
            .filter((one) => (role.kind === 'promotable' ? one.state === 'Promoted' : role.kind === 'primitive' && one.state === 'Started'))
            .map((one) => `${role.id}@${one.node}`),
        ),
    untilOnline: (node) => cluster.until((seen) => seen.idle && seen.nodes.some((one) => one.name === node && one.online && !one.pending && !one.unclean)),
    async close() {
      await cluster.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Ids of the processes whose command line names something below the directory. */
export async function processesOf(directory: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map(async (id) => [id, await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')] as const));
  return lines.filter(([, line]) => line.includes(directory)).map(([id]) => id);
}
