/** All that is known of a simulated cluster: its configuration, its members, and which role runs where. */
import { setTimeout as delay } from 'node:timers/promises';
import { isStandby, preferencesAt, withNewNode, withoutNode, type Configuration } from './configuration.js';
import type { ConfigurationFile } from './configuration-file.js';
import type { ClusterLog, Sight } from './history.js';
import { connectedMembers, createMembers, hasQuorum, requireMember, type Member } from './members.js';
import type { SimulatedRole } from './model.js';
import { decidePlacement, nowhere, type Places, type Scores } from './placement.js';

export interface ClusterSettings {
  readonly cluster: string;
  readonly nodes: readonly string[];
  readonly roles: readonly SimulatedRole[];
  readonly fencing: boolean;
}

/** An instance of a role on a node. */
export interface Instance {
  /** The loopback port of its service; null until it is started. */
  port: number | null;
  phase: 'starting' | 'started' | 'stopping';
}

/** A stop or a start that failed and that nobody has cleaned up. */
export interface FailedOperation {
  readonly id: string;
  readonly role: string;
  readonly node: string;
}

export class ClusterState {
  readonly members: Map<string, Member>;
  /** Instances by role and node. */
  readonly instances: ReadonlyMap<string, Map<string, Instance>>;
  places: Places;
  scores: Scores = {};
  failedStops: readonly FailedOperation[] = [];
  /** A role is not started again where its start failed. */
  failedStarts: readonly FailedOperation[] = [];
  isActing = false;
  /** Whether there is a device to fence with, where fencing is on. */
  hasFencingDevice = true;
  private version = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly settings: ClusterSettings,
    private readonly file: ConfigurationFile,
    readonly log: ClusterLog,
  ) {
    this.members = createMembers(settings.nodes);
    this.instances = new Map(settings.roles.map((role) => [role.id, new Map<string, Instance>()]));
    this.places = Object.fromEntries(settings.roles.map((role) => [role.id, nowhere]));
  }

  get configuration(): Configuration {
    return this.file.current();
  }

  /** Grows with every change that anybody might see. */
  get currentVersion(): number {
    return this.version;
  }

  /** Changes the configuration in one step, for a run or for an operator. Throws what the change throws. */
  configure(by: 'run' | 'operator', next: (now: Configuration) => Configuration): boolean {
    const isChanged = this.file.change(next);
    if (isChanged) {
      this.log.see(this.sight(), by);
      this.tell();
    }
    return isChanged;
  }

  member(name: string): Member {
    return requireMember(this.members, name);
  }

  /** Something changed: whoever waits or moves roles is told. */
  tell(): void {
    this.version += 1;
    const connected = connectedMembers(this.members);
    if (connected.length === this.members.size) for (const member of connected) member.hasSeenAll = true;
    this.log.see(this.sight(), null);
    for (const listener of this.listeners) listener();
  }

  /** Calls `listener` at each change, until the answer is called. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Resolves when the version is another one than `version`, after `timeoutMs` at the latest. */
  async waitForOther(version: number | null, timeoutMs: number): Promise<void> {
    if (version !== null && version !== this.version) return;
    const enough = new AbortController();
    const forget = this.onChange(() => enough.abort());
    await delay(timeoutMs, undefined, { signal: enough.signal, ref: false }).catch(() => undefined);
    forget();
  }

  isQuorate(): boolean {
    return hasQuorum(this.members, connectedMembers(this.members));
  }

  /** Nodes that may run roles, in the order of the cluster. */
  eligible(): string[] {
    return this.isQuorate() ? this.returnable().filter((name) => !isStandby(this.configuration.nodes[name] ?? nobody)) : [];
  }

  /** Nodes that may run roles as soon as no run holds them. */
  returnable(): string[] {
    return connectedMembers(this.members)
      .filter((member) => member.stack === 'running' && this.configuration.nodes[member.name]?.operatorStandby !== true)
      .map((member) => member.name);
  }

  /** Where everything should be now. */
  target(): Places {
    return decidePlacement(this.settings.roles, this.eligible(), this.places, this.scores, {
      pinned: this.pinned(),
      barred: this.barred(),
      preferences: preferencesAt(this.configuration, new Date()),
    });
  }

  /** Roles that cannot or must not be moved now. */
  pinned(): ReadonlySet<string> {
    const { maintenanceMode, unmanaged } = this.configuration;
    const pinned = this.settings.roles.filter(
      (role) => maintenanceMode || unmanaged.includes(role.id) || this.isBlocked(role.id) || this.isAwaitingFencing(role),
    );
    return new Set(pinned.map((role) => role.id));
  }

  /** Where roles cannot be started, as `<role>@<node>`. */
  barred(): ReadonlySet<string> {
    return new Set(this.failedStarts.map(({ role, node }) => `${role}@${node}`));
  }

  /** An operator takes a node that is off out of the cluster. */
  expel(name: string): void {
    // Whoever moves roles hears of the change, and must not find any on a node that nobody knows.
    this.forgetInstances(name);
    this.members.delete(name);
    this.configure('operator', (now) => withoutNode(now, name));
  }

  /** He takes it into the cluster, switched off. */
  enlist(name: string): void {
    for (const [node, member] of createMembers([name])) this.members.set(node, member);
    this.configure('operator', (now) => withNewNode(now, name));
    this.tell();
  }

  /** An operator cleans up what failed of the role on the node. */
  cleanUp(role: string, node: string): void {
    const isOther = (failed: FailedOperation) => failed.role !== role || failed.node !== node;
    this.failedStops = this.failedStops.filter(isOther);
    this.failedStarts = this.failedStarts.filter(isOther);
    this.tell();
  }

  isBlocked(role: string, node?: string): boolean {
    return this.failedStops.some((failed) => failed.role === role && (node === undefined || failed.node === node));
  }

  /** The node is gone for certain: what ran there runs no more. */
  forgetInstances(node: string): void {
    for (const instances of this.instances.values()) instances.delete(node);
    this.scores = Object.fromEntries(Object.entries(this.scores).map(([role, scores]) => [role, without(scores, node)]));
    this.failedStops = this.failedStops.filter((failed) => failed.node !== node);
    this.failedStarts = this.failedStarts.filter((failed) => failed.node !== node);
    this.places = Object.fromEntries(
      Object.entries(this.places).map(([role, place]) => [
        role,
        {
          on: place.on.filter((one) => one !== node),
          promoted: place.promoted === node ? null : place.promoted,
          address: place.address === node ? null : place.address,
        },
      ]),
    );
  }

  setScore(role: string, node: string, score: number | null): void {
    const others = without(this.scores[role] ?? {}, node);
    this.scores = { ...this.scores, [role]: score === null ? others : { ...others, [node]: score } };
  }

  private sight(): Sight {
    const members = connectedMembers(this.members);
    const serves = (role: string) => [...(this.instances.get(role)?.values() ?? [])].some((instance) => instance.phase === 'started');
    return {
      configuration: this.configuration,
      members: members.map((member) => member.name),
      leaving: members.filter((member) => member.stack === 'leaving' && member.isPowered).map((member) => member.name),
      isQuorate: this.isQuorate(),
      serving: this.settings.roles.map((role) => role.id).filter(serves),
    };
  }

  /** What may still serve on a node that is not fenced must not be started elsewhere; a clone needs no such care. */
  private isAwaitingFencing(role: SimulatedRole): boolean {
    const place = this.places[role.id] ?? nowhere;
    const homes = role.kind === 'clone' ? [] : role.kind === 'promotable' ? [place.promoted] : [...place.on, ...(this.instances.get(role.id)?.keys() ?? [])];
    return homes.some((node) => node !== null && this.members.get(node)?.isUnclean === true);
  }
}

const nobody = { operatorStandby: false, hold: null };

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([one]) => one !== key));
}
