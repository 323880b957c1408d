/** A simulated cluster: starts its machines, carries their interconnect, and causes faults from outside. */
import type { Server } from 'node:http';
import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterDescription } from '../../domain/cluster.js';
import { ClusterState } from './cluster-state.js';
import { openConfiguration, writeWhole } from './configuration-file.js';
import { withManaged, withOperatorStandby, withSite } from './configuration.js';
import { describeMachine, type SimulatedClusterSettings } from './describe-machine.js';
import { createStartFaults, createStopFaults, createSyncFaults, setUpdateFault } from './faults.js';
import { startFencing, type Fencing } from './fencing.js';
import { openFront, type RoleFront } from './front.js';
import { openClusterLog } from './history.js';
import { openInterconnect } from './interconnect.js';
import { callVerb } from './local-call.js';
import {
  clusterPaths,
  prepareMachine,
  readBootLog,
  readHalfInstalled,
  readInstalledVersions,
  readInstallLog,
  readPorts,
  type BootRecord,
  type ClusterPaths,
} from './machine-files.js';
import { createMachineProcess, type MachineProcess } from './machine-process.js';
import { quickTimings, type PackageLogLine, type SimulatedTimings, type SimulatedUpdate } from './model.js';
import { startMover } from './mover.js';
import { describeAs, isComplete } from './view.js';

export type { SimulatedClusterSettings } from './describe-machine.js';

/** Starts a simulated cluster and waits until all machines are members and all roles serve. */
export async function startSimulatedCluster(settings: SimulatedClusterSettings): Promise<SimulatedCluster> {
  const cluster = new SimulatedCluster(settings);
  try {
    await cluster.start();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

export class SimulatedCluster {
  private readonly state: ClusterState;
  private readonly paths: ClusterPaths;
  private readonly timings: SimulatedTimings;
  private readonly fronts = new Map<string, RoleFront>();
  private readonly machines = new Map<string, MachineProcess>();
  private readonly stayingOff = new Set<string>();
  private readonly startFaults = createStartFaults();
  private readonly stopFaults = createStopFaults();
  private readonly syncFaults = createSyncFaults();
  private readonly fencing: Fencing;
  private readonly mover: { close(): Promise<void> };
  private interconnect: Server | null = null;
  private isStopping = false;

  constructor(private readonly settings: SimulatedClusterSettings) {
    this.timings = settings.timings ?? quickTimings;
    this.paths = clusterPaths(settings.directory, settings.nodes);
    const { cluster, nodes, roles, fencing = true } = settings;
    this.state = new ClusterState({ cluster, nodes, roles, fencing }, openConfiguration(this.paths.configuration, nodes), openClusterLog(this.paths.log));
    const { state, timings, fronts } = this;
    this.fencing = startFencing({ state, timings, switchOff: (node) => this.crash(node), switchOn: (node) => this.switchOnLater(node) });
    this.mover = startMover({
      state,
      timings,
      fronts,
      socketOf: this.paths.socket,
      stopFault: this.stopFaults.of,
      isStartRefused: this.startFaults.isRefused,
      isSyncHeld: this.syncFaults.isHeld,
      onStopFailure: (role, node) => this.onStopFailure(role, node),
    });
  }

  async start(): Promise<void> {
    const { settings, paths } = this;
    await mkdir(settings.directory, { recursive: true });
    await this.offer(settings.updates);
    const ports = readPorts(paths.addresses);
    for (const role of settings.roles) this.fronts.set(role.id, await openFront(ports[role.id]));
    writeWhole(paths.addresses, JSON.stringify(Object.fromEntries([...this.fronts].map(([role, front]) => [role, front.port]))));
    await rm(paths.interconnect, { force: true });
    this.interconnect = await openInterconnect(this.state, paths.interconnect, this.timings);
    for (const node of settings.nodes) {
      prepareMachine(this.machineFile(node), describeMachine(settings, paths, this.timings, node), settings.packages);
      const machine = createMachineProcess(this.machineFile(node), (isRestart) => this.onExit(node, isRestart));
      this.machines.set(node, machine);
      machine.start();
    }
    if (settings.stackStartsAtBoot !== false) await this.until(isComplete);
  }

  /** The file from which a process on the machine finds its way. */
  machineFile(node: string): string {
    return this.paths.machineFile(node);
  }

  /** The stable address of each role. */
  addresses(): Record<string, string> {
    return Object.fromEntries([...this.fronts].map(([role, front]) => [role, front.url]));
  }

  /** The cluster as its first connected member sees it. */
  description(): ClusterDescription {
    const members = [...this.state.members.values()];
    const viewer = members.find((member) => member.isPowered && member.stack === 'running' && !member.isCut && !member.isUnclean) ?? members[0];
    return describeAs(this.state, viewer?.name ?? '');
  }

  bootId(node: string): string {
    return this.state.member(node).bootId;
  }

  /** Every boot of the machine, in order. */
  bootLog(node: string): Promise<BootRecord[]> {
    return readBootLog(this.paths.state(node));
  }

  /** Everything that was ever installed on the machine, in order. */
  installLog(node: string): Promise<PackageLogLine[]> {
    return readInstallLog(this.paths.state(node));
  }

  installedVersions(node: string): Promise<Record<string, string>> {
    return readInstalledVersions(this.paths.state(node));
  }

  /** The packages whose installation was begun on the machine and has not ended. */
  halfInstalled(node: string): Promise<string[]> {
    return readHalfInstalled(this.paths.state(node));
  }

  /** Cuts the power of a machine and resolves when it is off. With fencing it is switched on again after its loss was noticed. */
  async crash(node: string): Promise<void> {
    await this.machines.get(node)?.cutPower();
  }

  /** From now on a machine that goes down stays down. */
  neverComesBack(node: string): void {
    this.stayingOff.add(node);
  }

  powerOn(node: string): void {
    this.stayingOff.delete(node);
    this.machines.get(node)?.start();
  }

  /** Pulls the network cable. The others fence the machine, if they can; otherwise it lives on, alone and without quorum. */
  cut(node: string): void {
    const member = this.state.member(node);
    if (this.state.members.size === 2 && !this.state.settings.fencing) throw new Error('Two nodes without fencing would both serve after this.');
    member.isCut = true;
    // From now on its roles may run there unseen, so nobody starts them elsewhere before it is fenced.
    member.isUnclean = member.stack === 'running' && this.state.settings.fencing;
    this.state.tell();
  }

  /** Plugs the network cable in again. */
  join(node: string): void {
    Object.assign(this.state.member(node), { isCut: false, isUnclean: false });
    this.state.tell();
  }

  /** An operator switches a node off and takes it out of the cluster. */
  async expel(node: string): Promise<void> {
    this.neverComesBack(node);
    await this.crash(node);
    this.state.expel(node);
  }

  /** He takes it in again and switches it on. */
  enlist(node: string): void {
    this.state.enlist(node);
    this.powerOn(node);
  }

  /** What an operator does with standby: `off` also lifts the standby that a run had set. */
  operatorStandby(node: string, wish: 'on' | 'off'): void {
    this.state.configure('operator', (now) => withOperatorStandby(now, node, wish));
  }

  /** What an operator says of where the node stands. */
  setSite(node: string, site: string | null): void {
    this.state.configure('operator', (now) => withSite(now, node, site));
  }

  setMaintenanceMode(maintenanceMode: boolean): void {
    this.state.configure('operator', (now) => ({ ...now, maintenanceMode }));
  }

  /** An operator takes the fencing device out of the configuration, or puts it back. Nobody can be fenced without it. */
  setFencingDevice(isThere: boolean): void {
    this.state.hasFencingDevice = isThere;
    this.state.tell();
  }

  setManaged(role: string, isManaged: boolean): void {
    this.state.configure('operator', (now) => withManaged(now, role, isManaged));
  }

  /** From now on every stop of the role, or on the node, takes that much longer. */
  slowStop(roleOrNode: string, extraMs: number): void {
    this.stopFaults.slow(roleOrNode, extraMs);
  }

  /** From now on, or no more, the role cannot be stopped on the node; what was blocked is cleaned up then. */
  refuseStop(role: string, node: string, isRefused: boolean): void {
    this.stopFaults.refuse(role, node, isRefused);
    if (!isRefused) this.state.cleanUp(role, node);
  }

  /** From now on, or no more, the role cannot be started on the node; where its start failed is cleaned up then. */
  refuseStart(role: string, node: string, isRefused: boolean): void {
    this.startFaults.refuse(role, node, isRefused);
    if (!isRefused) this.state.cleanUp(role, node);
  }

  /** From now on, or no more, a copy that starts on the node does not get in sync. */
  holdSync(role: string, node: string, isHeld: boolean): void {
    this.syncFaults.hold(role, node, isHeld);
  }

  /** Starts a role's service on a machine behind the back of the cluster, as a package that enables its unit does. */
  async startStray(role: string, node: string): Promise<void> {
    await callVerb(this.paths.socket(node), 'startService', { role, takesMs: 0 });
  }

  /** Replaces what the mirror offers. */
  offer(updates: readonly SimulatedUpdate[]): Promise<void> {
    writeWhole(this.paths.repository, JSON.stringify(updates));
    return Promise.resolve();
  }

  failUpdate(node: string, name: string, isFailing = true): void {
    setUpdateFault(this.paths.repository, 'failsOn', name, node, isFailing);
  }

  endlessUpdate(node: string, name: string, isEndless = true): void {
    setUpdateFault(this.paths.repository, 'endlessOn', name, node, isEndless);
  }

  /** Kills the node worker as `kill -9` does; the machine starts it again. Answers its process id, if one ran. */
  killWorker(node: string): Promise<number | null> {
    return callVerb(this.paths.socket(node), 'killWorker');
  }

  /** Resolves when the cluster looks as asked. @throws Error with the last state after `timeoutMs` */
  async until(isSo: (description: ClusterDescription) => boolean, timeoutMs = 30_000): Promise<void> {
    const giveUpAt = Date.now() + timeoutMs;
    for (let version = this.state.currentVersion; !isSo(this.description()); version = this.state.currentVersion) {
      if (Date.now() > giveUpAt) throw new Error(`The simulated cluster did not get there: ${JSON.stringify(this.description())}`);
      await this.state.waitForOther(version, 100);
    }
  }

  /** Ends every process that was started, and closes all addresses. What is on disk stays. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.fencing.close();
    await Promise.all([...this.machines.values()].map((machine) => machine.cutPower()));
    await this.mover.close();
    const { interconnect } = this;
    if (interconnect !== null) {
      const closed = new Promise((resolve) => interconnect.close(resolve));
      interconnect.closeAllConnections();
      await closed;
    }
    await Promise.all([...this.fronts.values()].map((front) => front.close()));
  }

  private onExit(node: string, isRestart: boolean): void {
    const member = this.state.member(node);
    member.isPowered = false;
    // The ports of its services may be another program's a moment later.
    for (const [role, front] of this.fronts) if (this.state.places[role]?.address === node) front.pointTo(null);
    this.state.tell();
    if (this.isStopping) return;
    if (member.stack !== 'stopped') this.fencing.lose(node);
    if (isRestart) this.switchOnLater(node);
  }

  private onStopFailure(role: string, node: string): void {
    this.state.failedStops = [...this.state.failedStops, { id: `${role}-stop-${node}-${Date.now()}`, role, node }];
    const setting = this.settings.roles.find((one) => one.id === role)?.onStopFailure;
    if (setting === 'fence') this.fencing.suspect(node);
    this.state.tell();
  }

  private switchOnLater(node: string): void {
    void delay(this.timings.bootMs).then(() => {
      if (!this.isStopping && !this.stayingOff.has(node)) this.machines.get(node)?.start();
    });
  }
}
