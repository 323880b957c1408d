/** What a simulated machine is told of itself and of its cluster. */
import type { ClusterPaths } from './machine-files.js';
import type { MachineFile, SimulatedTimings } from './model.js';
import type { SimulatedClusterSettings } from './simulated-cluster.js';

/** The content of the machine's file. */
export function describeMachine(settings: SimulatedClusterSettings, paths: ClusterPaths, timings: SimulatedTimings, node: string): MachineFile {
  return {
    cluster: settings.cluster,
    node,
    stateDirectory: paths.state(node),
    runDirectory: paths.run(node),
    socket: paths.socket(node),
    interconnect: paths.interconnect,
    repositoryFile: paths.repository,
    timings,
    stackStartsAtBoot: settings.stackStartsAtBoot ?? true,
    worker: settings.workerCommand?.(node, paths.machineFile(node)) ?? null,
  };
}
