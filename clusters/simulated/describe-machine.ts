/** What a simulated machine is told of itself and of its cluster. */
import type { ClusterPaths } from './machine-files.js';
import type { MachineFile, SimulatedRole, SimulatedTimings, SimulatedUpdate, WorkerCommand } from './model.js';

/** What a simulated cluster is made of. */
export interface SimulatedClusterSettings {
  /** Everything is kept below it, and found again there: configuration, package data bases, addresses. */
  readonly directory: string;
  readonly cluster: string;
  readonly nodes: readonly string[];
  readonly roles: readonly SimulatedRole[];
  /** What is installed everywhere at the beginning: versions by name. */
  readonly packages: Readonly<Record<string, string>>;
  readonly updates: readonly SimulatedUpdate[];
  /** With the device `simulated-power` (default), as a cluster should have it. */
  readonly fencing?: boolean;
  readonly stackStartsAtBoot?: boolean;
  readonly timings?: SimulatedTimings;
  /** How each machine starts its node worker; no worker when absent. */
  workerCommand?(node: string, machineFile: string): WorkerCommand;
}

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
