/** A simulated cluster: starts its machines, carries their interconnect, and causes faults from outside. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterState } from './cluster-state.js';
import { openFront, type RoleFront } from './front.js';
import { Interconnect } from './interconnect.js';
import { createMachineProcess, type MachineProcess } from './machine-process.js';
import { quickTimings, type MachineFile, type SimulatedRole, type SimulatedTimings, type SimulatedUpdate, type WorkerCommand } from './model.js';
import type { ClusterDescription } from '../../domain/cluster.js';

export interface SimulatedClusterSettings {
  readonly directory: string;
  readonly cluster: string;
  readonly nodes: readonly string[];
  readonly roles: readonly SimulatedRole[];
  /** What is installed everywhere at the beginning: versions by name. */
  readonly packages: Readonly<Record<string, string>>;
  readonly updates: readonly SimulatedUpdate[];
  readonly fencing?: boolean;
  readonly timings?: SimulatedTimings;
  /** How each machine starts its node worker; no worker when absent. */
  workerCommand?(node: string, machineFile: string): WorkerCommand;
}

/** One installed version of one package on one machine, as the package data base logged it. */
export interface InstalledRecord {
  readonly at: string;
  readonly bootId: string;
  readonly name: string;
  readonly version: string;
}

/** Starts a simulated cluster and waits until all machines are members and all roles serve. */
export async function startSimulatedCluster(settings: SimulatedClusterSettings): Promise<SimulatedCluster> {
  const cluster = new SimulatedCluster(settings);
  await cluster.start();
  return cluster;
}

export class SimulatedCluster {
  private readonly state: ClusterState;
  private readonly fronts = new Map<string, RoleFront>();
  private readonly machines = new Map<string, MachineProcess>();
  private readonly stayingOff = new Set<string>();
  private readonly timings: SimulatedTimings;
  private interconnect: Interconnect | null = null;
  private isStopping = false;

  constructor(private readonly settings: SimulatedClusterSettings) {
    this.timings = settings.timings ?? quickTimings;
    this.state = new ClusterState({ cluster: settings.cluster, nodes: settings.nodes, roles: settings.roles, fencing: settings.fencing ?? true });
  }

  async start(): Promise<void> {
    const { settings } = this;
    await mkdir(settings.directory, { recursive: true });
    await this.offer(settings.updates);
    for (const role of settings.roles) this.fronts.set(role.id, await openFront());
    this.interconnect = new Interconnect(this.state, this.fronts, (node) => this.pathOf(node, 'socket'), this.timings);
    await this.interconnect.open(join(settings.directory, 'interconnect'));
    for (const node of settings.nodes) {
      await this.prepare(node);
      const machine = createMachineProcess(this.machineFile(node), (isRestart) => this.onExit(node, isRestart));
      this.machines.set(node, machine);
      machine.start();
    }
    await this.until(
      (description) => description.nodes.every((node) => node.online) && description.roles.every((role) => role.instances.length > 0) && description.idle,
    );
  }

  /** The file from which a process on the machine finds its way. */
  machineFile(node: string): string {
    return join(this.settings.directory, `${node}.json`);
  }

  /** The stable address of each role. */
  addresses(): Record<string, string> {
    return Object.fromEntries([...this.fronts].map(([role, front]) => [role, front.url]));
  }

  /** The cluster as its first connected member sees it. */
  description(): ClusterDescription {
    const viewer = [...this.state.nodes.values()].find((node) => node.online && !node.cut) ?? [...this.state.nodes.values()][0];
    return this.state.describe(viewer?.name ?? '');
  }

  bootId(node: string): string {
    return this.state.node(node).bootId;
  }

  /** Cuts the power of a machine. With fencing, it is switched on again after its loss was noticed. */
  crash(node: string): void {
    this.machines.get(node)?.cutPower();
  }

  /** From now on a machine that goes down stays down. */
  neverComesBack(node: string): void {
    this.stayingOff.add(node);
  }

  powerOn(node: string): void {
    this.stayingOff.delete(node);
    this.machines.get(node)?.start();
  }

  /** Pulls the network cable: without fencing the machine lives on, alone and without quorum. */
  cut(node: string): void {
    this.state.node(node).cut = true;
    this.interconnect?.changed();
    if (this.state.settings.fencing) setTimeout(() => this.crash(node), this.timings.detectMs);
  }

  /** Plugs the network cable in again. */
  join(node: string): void {
    this.state.node(node).cut = false;
    this.interconnect?.changed();
  }

  /** What an operator does with standby: `off` also lifts the standby that a run had set. */
  operatorStandby(node: string, wish: 'on' | 'off'): void {
    const target = this.state.node(node);
    target.operatorStandby = wish === 'on';
    if (wish === 'off' && target.hold !== null) target.hold = { ...target.hold, intact: false };
    this.interconnect?.changed();
  }

  /** From now on, or no more, the role cannot be stopped on the node. */
  refuseStop(role: string, node: string, isRefused: boolean): void {
    const target = this.state.node(node);
    if (isRefused) target.refusesStop.add(role);
    else {
      target.refusesStop.delete(role);
      target.blocked.delete(role);
    }
    this.interconnect?.changed();
  }

  setMaintenanceMode(isSet: boolean): void {
    this.state.maintenanceMode = isSet;
    this.interconnect?.changed();
  }

  setManaged(role: string, isManaged: boolean): void {
    if (isManaged) this.state.unmanaged.delete(role);
    else this.state.unmanaged.add(role);
    this.interconnect?.changed();
  }

  /** Replaces what the mirror offers. */
  async offer(updates: readonly SimulatedUpdate[]): Promise<void> {
    await writeFile(this.repositoryFile(), JSON.stringify(updates));
  }

  /** Everything that was ever installed on the machine, in order. */
  async installLog(node: string): Promise<InstalledRecord[]> {
    const text = await readFile(join(this.pathOf(node, 'state'), 'packages.log'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as InstalledRecord);
  }

  /** Resolves when the cluster looks as asked. @throws Error with the last state after `timeoutMs` */
  async until(isSo: (description: ClusterDescription) => boolean, timeoutMs = 30_000): Promise<void> {
    const giveUpAt = Date.now() + timeoutMs;
    while (!isSo(this.description())) {
      if (Date.now() > giveUpAt) throw new Error(`The simulated cluster did not get there: ${JSON.stringify(this.description().nodes)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Ends every process that was started, and closes all addresses. */
  async stop(): Promise<void> {
    this.isStopping = true;
    for (const machine of this.machines.values()) machine.cutPower();
    while ([...this.machines.values()].some((machine) => machine.isOn())) await new Promise((resolve) => setTimeout(resolve, 10));
    await this.interconnect?.close();
    await Promise.all([...this.fronts.values()].map((front) => front.close()));
  }

  private onExit(node: string, isRestart: boolean): void {
    if (this.isStopping) return;
    const comeBack = (afterMs: number) => setTimeout(() => !this.isStopping && !this.stayingOff.has(node) && this.machines.get(node)?.start(), afterMs);
    if (isRestart) {
      this.interconnect?.lose(node);
      comeBack(this.timings.bootMs);
      return;
    }
    this.state.node(node).unclean = true;
    this.interconnect?.changed();
    setTimeout(() => {
      this.state.node(node).cut = false;
      this.interconnect?.lose(node);
      if (this.state.settings.fencing) comeBack(this.timings.bootMs);
    }, this.timings.detectMs);
  }

  private async prepare(node: string): Promise<void> {
    const { settings } = this;
    const stateDirectory = this.pathOf(node, 'state');
    await mkdir(stateDirectory, { recursive: true });
    await writeFile(
      join(stateDirectory, 'packages.json'),
      JSON.stringify(Object.fromEntries(Object.entries(settings.packages).map(([name, version]) => [name, { version, status: 'installed' }]))),
    );
    const file: MachineFile = {
      cluster: settings.cluster,
      node,
      stateDirectory,
      runDirectory: this.pathOf(node, 'run'),
      socket: this.pathOf(node, 'socket'),
      interconnect: join(settings.directory, 'interconnect'),
      repositoryFile: this.repositoryFile(),
      timings: this.timings,
      worker: settings.workerCommand?.(node, this.machineFile(node)) ?? null,
    };
    await writeFile(this.machineFile(node), JSON.stringify(file));
  }

  private repositoryFile(): string {
    return join(this.settings.directory, 'repository.json');
  }

  private pathOf(node: string, what: 'state' | 'run' | 'socket'): string {
    return join(this.settings.directory, `${node}.${what}`);
  }
}
