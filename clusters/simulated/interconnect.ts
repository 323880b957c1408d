/** The interconnect of a simulated cluster: carries its membership and moves roles until they are where they should be. */
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunReference } from '../../domain/names.js';
import type { PredictedNodeMoves } from '../../domain/ports/cluster-driver.js';
import type { ClusterState } from './cluster-state.js';
import type { RoleFront } from './front.js';
import { callVerb, serveVerbs } from './local-call.js';
import type { SimulatedTimings } from './model.js';
import { decidePlaces } from './placement.js';
import { predictMoves } from './prediction.js';

interface FromNode<T> {
  readonly node: string;
  readonly bootId: string;
  readonly input: T;
}

export class Interconnect {
  private server: Server | null = null;
  private waiting: (() => void)[] = [];
  private isReconciling = false;
  private isClosed = false;

  constructor(
    private readonly state: ClusterState,
    private readonly fronts: ReadonlyMap<string, RoleFront>,
    private readonly socketOf: (node: string) => string,
    private readonly timings: SimulatedTimings,
  ) {}

  async open(socket: string): Promise<void> {
    const { state } = this;
    const changing =
      <T, R>(act: (from: FromNode<T>) => R) =>
      (from: FromNode<T>): R => {
        state.requireQuorum(from.node);
        const result = act(from);
        this.changed();
        return result;
      };
    this.server = await serveVerbs(socket, {
      join: (from: FromNode<null>) => this.join(from),
      leave: (from: FromNode<null>) => this.leave(from.node),
      describe: (from: FromNode<null>) => ({ version: state.version, description: state.describe(from.node) }),
      wait: (from: FromNode<{ version: number; timeoutMs: number }>) => this.wait(from.input),
      predict: ({ node, input }: FromNode<readonly string[]>): PredictedNodeMoves[] => {
        state.requireQuorum(node);
        return predictMoves(state, input);
      },
      takeLease: changing(({ input }: FromNode<RunReference>) => state.takeLease(input)),
      dropLease: changing(({ input }: FromNode<RunReference>) => {
        if (state.lease?.firstExecutionRunId === input.firstExecutionRunId) state.lease = null;
      }),
      hold: changing(({ input }: FromNode<{ node: string; run: RunReference; limit: number }>) => state.hold(input.node, input.run, input.limit)),
      release: changing(({ input }: FromNode<{ node: string; run: RunReference }>) => state.release(input.node, input.run)),
      keep: changing(({ input }: FromNode<{ node: string; run: RunReference; reason: string }>) => {
        const held = state.node(input.node);
        if (held.hold?.run.firstExecutionRunId === input.run.firstExecutionRunId) held.hold = { ...held.hold, kept: input.reason };
      }),
    });
  }

  /** Something changed: whoever waits is told, and roles are moved where they should be now. */
  changed(): void {
    this.state.version += 1;
    this.state.isActing ||= this.isAnythingToDo();
    for (const tell of this.waiting.splice(0)) tell();
    void this.reconcile();
  }

  /** The node left without a word; its roles ran there until now. */
  lose(name: string): void {
    const node = this.state.node(name);
    Object.assign(node, { online: false, pending: false, unclean: false, expectedUp: false });
    node.blocked.clear();
    for (const ports of this.state.running.values()) ports.delete(name);
    for (const scores of Object.values(this.state.scores)) delete scores[name];
    this.changed();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const tell of this.waiting.splice(0)) tell();
    this.server?.closeAllConnections();
    await new Promise<void>((resolve) => {
      if (this.server === null) resolve();
      else this.server.close(() => resolve());
    });
  }

  private async join({ node: name, bootId }: FromNode<null>): Promise<void> {
    const node = this.state.node(name);
    node.bootId = bootId;
    Object.assign(node, { pending: true, expectedUp: true });
    this.changed();
    await delay(this.timings.joinMs);
    Object.assign(node, { online: true, pending: false });
    this.changed();
  }

  /** Orderly: roles leave first, then the node is expected to be down. */
  private async leave(name: string): Promise<void> {
    const node = this.state.node(name);
    if (!node.online) return;
    node.expectedUp = false;
    const before = node.operatorStandby;
    node.operatorStandby = true;
    this.changed();
    while (this.state.isActing && [...this.state.running.values()].some((ports) => ports.has(name)))
      await this.wait({ version: this.state.version, timeoutMs: 200 });
    node.operatorStandby = before;
    this.lose(name);
  }

  private async wait({ version, timeoutMs }: { version: number; timeoutMs: number }): Promise<void> {
    if (this.state.version !== version || this.isClosed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private target() {
    return decidePlaces(this.state.settings.roles, this.state.eligible(), this.state.places, this.state.scores);
  }

  private isAnythingToDo(): boolean {
    if (this.state.maintenanceMode) return false;
    const target = this.target();
    return this.state.settings.roles.some((role) => {
      const place = target[role.id];
      const ports = this.state.running.get(role.id);
      if (place === undefined || ports === undefined || this.state.unmanaged.has(role.id)) return false;
      const stuck = [...ports.keys()].filter((node) => this.state.node(node).blocked.has(role.id));
      if (stuck.length > 0 && role.kind === 'primitive') return false;
      const isRight = place.on.every((node) => ports.has(node)) && [...ports.keys()].every((node) => place.on.includes(node) || stuck.includes(node));
      return !isRight || this.state.places[role.id]?.promoted !== place.promoted || this.state.places[role.id]?.address !== place.address;
    });
  }

  private async reconcile(): Promise<void> {
    if (this.isReconciling || this.isClosed) return;
    this.isReconciling = true;
    try {
      while (!this.isClosed && this.isAnythingToDo()) {
        const target = this.target();
        await Promise.all(this.state.settings.roles.map((role) => this.move(role.id, target[role.id]?.on ?? [])));
        this.state.places = target;
        this.pointFronts();
        this.state.version += 1;
        for (const tell of this.waiting.splice(0)) tell();
      }
    } finally {
      this.isReconciling = false;
      this.state.isActing = false;
      this.state.version += 1;
      for (const tell of this.waiting.splice(0)) tell();
    }
  }

  /** A clone's address moves before its instance stops; a plain role stops before it starts elsewhere. */
  private async move(role: string, on: readonly string[]): Promise<void> {
    const ports = this.state.running.get(role);
    const kind = this.state.settings.roles.find((one) => one.id === role)?.kind;
    if (ports === undefined || this.state.unmanaged.has(role)) return;
    const leaving = [...ports.keys()].filter((node) => !on.includes(node));
    if (kind === 'clone') {
      const staying = on.find((node) => ports.has(node));
      this.fronts.get(role)?.pointTo(staying === undefined ? null : (ports.get(staying) ?? null));
    } else if (leaving.includes(this.state.places[role]?.address ?? '')) this.fronts.get(role)?.pointTo(null);
    const stopped = await Promise.all(leaving.map((node) => this.stop(role, node, ports)));
    if (kind === 'primitive' && stopped.includes(false)) return;
    await Promise.all(on.filter((node) => !ports.has(node)).map((node) => this.start(role, node, ports)));
  }

  private async stop(role: string, name: string, ports: Map<string, number>): Promise<boolean> {
    const node = this.state.node(name);
    if (node.refusesStop.has(role)) {
      node.blocked.add(role);
      return false;
    }
    delete this.state.scores[role]?.[name];
    await callVerb(this.socketOf(name), 'stopService', { role }, 60_000).catch(() => undefined);
    ports.delete(name);
    return true;
  }

  private async start(role: string, name: string, ports: Map<string, number>): Promise<void> {
    try {
      ports.set(name, await callVerb<number>(this.socketOf(name), 'startService', { role }, 60_000));
    } catch {
      // The machine went away meanwhile; its loss is noticed by itself.
      return;
    }
    if (this.state.settings.roles.find((one) => one.id === role)?.kind !== 'promotable') return;
    setTimeout(() => {
      if (!ports.has(name)) return;
      this.state.scores[role] = { ...this.state.scores[role], [name]: 10 };
      this.changed();
    }, this.timings.syncMs).unref();
  }

  private pointFronts(): void {
    for (const [role, front] of this.fronts) {
      const address = this.state.places[role]?.address ?? null;
      front.pointTo(address === null ? null : (this.state.running.get(role)?.get(address) ?? null));
    }
  }
}
