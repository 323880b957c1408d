/** Makes the parts of a node worker that its configuration names, and runs it. */
import { join } from 'node:path';
import { createSimulatedDriver } from '../clusters/simulated/driver.js';
import { createSimulatedHost } from '../clusters/simulated/host.js';
import { readMachineFile } from '../clusters/simulated/model.js';
import { createPacemakerDriver } from '../clusters/pacemaker/driver.js';
import type { Configuration } from '../configuration/configuration.js';
import { CauError } from '../domain/errors.js';
import { createLinuxHost } from '../host/linux-host.js';
import { runNodeWorker, type NodeWorkerSettings } from './node.js';
import { findPackage } from './package-root.js';
import { createPlugin, pluginNames } from './plugins.js';

/** @throws CauError `ConfigurationInvalid`, `PortBusy`, `TemporalUnavailable` */
export async function serveNode(configuration: Configuration, log: (line: string) => void, signal: AbortSignal): Promise<void> {
  const { connection, address, namespace, allowRestart, nodeWorkerMetrics } = configuration;
  const common = { connection: { ...connection, address: address.value }, namespace: namespace.value, allowRestart: allowRestart.value, log };
  const parts = configuration.driver.value === 'simulated' ? simulatedParts(configuration) : pacemakerParts(configuration);
  const { cluster, node } = parts;
  const metrics = nodeWorkerMetrics.value === null ? null : { address: nodeWorkerMetrics.value, labels: { cluster, node } };
  await runNodeWorker({ ...common, ...parts, metrics }, signal);
}

type Parts = Pick<NodeWorkerSettings, 'cluster' | 'node' | 'driver' | 'watchDriver' | 'host' | 'plugins' | 'scripts' | 'stateDirectory' | 'machineFile'>;

function simulatedParts({ machineFile, plugins, scripts }: Configuration): Parts {
  if (machineFile.value === null)
    throw new CauError('ConfigurationInvalid', 'nodeWorker.machineFile is needed for the driver "simulated".', { where: 'nodeWorker.machineFile' });
  const machine = readMachineFile(machineFile.value);
  return {
    cluster: machine.cluster,
    node: machine.node,
    driver: createSimulatedDriver(machine),
    watchDriver: createSimulatedDriver(machine),
    host: createSimulatedHost(machine),
    plugins: (plugins.value ?? ['simulated']).map((plugin) => createPlugin({ plugin, machineFile: machineFile.value })),
    // Each machine has its own disk.
    scripts: { directory: join(machine.stateDirectory, 'scripts'), allowed: scripts.value },
    stateDirectory: machine.stateDirectory,
    machineFile: machineFile.value,
  };
}

function pacemakerParts({ cluster, node, stateDirectory, plugins, scripts, scriptsDirectory }: Configuration): Parts {
  if (cluster.value === null)
    throw new CauError('ConfigurationInvalid', 'cluster is not set.', { where: 'cluster', remedy: 'Set "cluster" in the configuration file of this node.' });
  if (node.value === null)
    throw new CauError('ConfigurationInvalid', 'node is not set.', { where: 'node', remedy: 'Set "node" in the configuration file of this node.' });
  const host = createLinuxHost([process.execPath, join(findPackage().root, 'dist/workers/operation-main.js')]);
  const settings = { cluster: cluster.value, node: node.value, bootId: () => host.bootId() };
  const allowed = plugins.value ?? pluginNames.filter((name) => !name.startsWith('simulated'));
  return {
    cluster: cluster.value,
    node: node.value,
    driver: createPacemakerDriver(settings),
    watchDriver: createPacemakerDriver(settings),
    host,
    plugins: allowed.map((plugin) => createPlugin({ plugin, machineFile: null })),
    scripts: { directory: scriptsDirectory.value, allowed: scripts.value },
    stateDirectory: join(stateDirectory.value),
    machineFile: null,
  };
}
