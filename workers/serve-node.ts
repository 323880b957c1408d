/** Makes the parts of a node worker that its configuration names, and runs it. */
import { join } from 'node:path';
import { createSimulatedDriver } from '../clusters/simulated/driver.js';
import { createSimulatedHost } from '../clusters/simulated/host.js';
import { readMachineFile, type MachineFile } from '../clusters/simulated/model.js';
import { createPacemakerDriver } from '../clusters/pacemaker/driver.js';
import type { Configuration } from '../configuration/configuration.js';
import { CauError } from '../domain/errors.js';
import { fitText } from '../domain/payload-size.js';
import type { UpdatePlugin } from '../domain/ports/update-plugin.js';
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

type Parts = Pick<NodeWorkerSettings, 'cluster' | 'node' | 'driver' | 'host' | 'plugins' | 'scripts' | 'stateDirectory' | 'machineFile'>;

function simulatedParts({ machineFile, plugins, scripts }: Configuration): Parts {
  if (machineFile.value === null)
    throw new CauError('ConfigurationInvalid', 'nodeWorker.machineFile is needed for the driver "simulated".', { where: 'nodeWorker.machineFile' });
  const machine = findMachine(machineFile.value);
  return {
    cluster: machine.cluster,
    node: machine.node,
    driver: createSimulatedDriver(machine),
    host: createSimulatedHost(machine),
    plugins: createPlugins(plugins.value ?? ['simulated'], machineFile.value),
    // Each machine has its own disk.
    scripts: { directory: join(machine.stateDirectory, 'scripts'), allowed: scripts.value },
    stateDirectory: machine.stateDirectory,
    machineFile: machineFile.value,
  };
}

function findMachine(path: string): MachineFile {
  const refuse = (why: string, cause?: unknown) =>
    new CauError('ConfigurationInvalid', `nodeWorker.machineFile: ${fitText(path, 300)} ${why}.`, { where: 'nodeWorker.machineFile', cause });
  let machine: Partial<MachineFile> | null;
  try {
    machine = readMachineFile(path);
  } catch (cause) {
    throw refuse('cannot be read, or is no JSON', cause);
  }
  if ([machine?.cluster, machine?.node, machine?.stateDirectory].every((part) => typeof part === 'string')) return machine as MachineFile;
  throw refuse('is not the file of a simulated machine');
}

function createPlugins(names: readonly string[], machineFile: string | null): UpdatePlugin[] {
  const usable = pluginNames.filter((name) => machineFile !== null || !isSimulated(name));
  const unknown = names.find((name) => !usable.includes(name));
  if (unknown === undefined) return names.map((plugin) => createPlugin({ plugin, machineFile }));
  throw new CauError('ConfigurationInvalid', `nodeWorker.plugins: this node cannot have a plug-in "${unknown}"; allowed are: ${usable.join(', ')}.`, {
    where: 'nodeWorker.plugins',
  });
}

/** On a machine that is no simulated one there is nothing that it could update. */
const isSimulated = (plugin: string) => plugin.startsWith('simulated');

function pacemakerParts({ cluster, node, stateDirectory, plugins, scripts, scriptsDirectory }: Configuration): Parts {
  if (cluster.value === null)
    throw new CauError('ConfigurationInvalid', 'cluster is not set.', { where: 'cluster', remedy: 'Set "cluster" in the configuration file of this node.' });
  if (node.value === null)
    throw new CauError('ConfigurationInvalid', 'node is not set.', { where: 'node', remedy: 'Set "node" in the configuration file of this node.' });
  const host = createLinuxHost([process.execPath, join(findPackage().root, 'dist/workers/operation-main.js')]);
  const settings = { cluster: cluster.value, node: node.value, bootId: () => host.bootId() };
  const allowed = plugins.value ?? pluginNames.filter((name) => !isSimulated(name));
  return {
    cluster: cluster.value,
    node: node.value,
    driver: createPacemakerDriver(settings),
    host,
    plugins: createPlugins(allowed, null),
    scripts: { directory: scriptsDirectory.value, allowed: scripts.value },
    stateDirectory: join(stateDirectory.value),
    machineFile: null,
  };
}
