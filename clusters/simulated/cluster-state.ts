/** The state of a simulated cluster: its configuration, who is a member, where roles are; and its rules. */
import type { ClusterDescription, ClusterNode, Hold, Role, RoleInstance } from '../../domain/cluster.js';
import { CauError } from '../../domain/errors.js';
import { isSameRun, type RunReference } from '../../domain/names.js';
import type { SimulatedRole } from './model.js';
import { nowhere, type Places } from './placement.js';

/** What one node is, as the interconnect knows it. */
export interface SimulatedNode {
  readonly name: string;
  bootId: string;
  /** Its cluster stack runs and it is a member. */
  online: boolean;
  pending: boolean;
  unclean: boolean;
  expectedUp: boolean;
  /** Its network cable is pulled. */
  cut: boolean;
  operatorStandby: boolean;
  hold: Hold | null;
  /** Roles whose stop is refused there. */
  readonly refusesStop: Set<string>;
  readonly blocked: Set<string>;
}

export interface ClusterSettings {
  readonly cluster: string;
  readonly nodes: readonly string[];
  readonly roles: readonly SimulatedRole[];
  readonly fencing: boolean;
}

export class ClusterState {
  readonly nodes: ReadonlyMap<string, SimulatedNode>;
  places: Places;
  /** Instances that run now, by role and node: the port of their service. */
  readonly running = new Map<string, Map<string, number>>();
  readonly scores: Record<string, Record<string, number>> = {};
  lease: RunReference | null = null;
  maintenanceMode = false;
  readonly unmanaged = new Set<string>();
  isActing = false;
  version = 0;

  constructor(readonly settings: ClusterSettings) {
    this.nodes = new Map(
      settings.nodes.map((name) => [
        name,
        {
          name,
          bootId: '',
          online: false,
          pending: false,
          unclean: false,
          expectedUp: false,
          cut: false,
          operatorStandby: false,
          hold: null,
          refusesStop: new Set(),
          blocked: new Set(),
        },
      ]),
    );
    this.places = Object.fromEntries(settings.roles.map((role) => [role.id, nowhere]));
    for (const role of settings.roles) this.running.set(role.id, new Map());
  }

  /** @throws CauError `NodeVanished` */
  node(name: string): SimulatedNode {
    const node = this.nodes.get(name);
    if (node === undefined) throw new CauError('NodeVanished', `${name} is not a node of cluster ${this.settings.cluster}.`, { where: name });
    return node;
  }

  isStandby(node: SimulatedNode): boolean {
    return node.operatorStandby || (node.hold?.intact ?? false);
  }

  /** Nodes that may run roles. */
  eligible(): string[] {
    return this.isQuorate()
      ? this.connected()
          .filter((node) => !this.isStandby(node))
          .map((node) => node.name)
      : [];
  }

  isQuorate(): boolean {
    return this.connected().length >= this.needed();
  }

  /** @throws CauError `NoQuorumHere` when this node may not speak for the cluster */
  requireQuorum(asked: string): void {
    const node = this.node(asked);
    if (this.isQuorate() && node.online && !node.cut) return;
    throw new CauError('NoQuorumHere', `${asked} is not in a part of cluster ${this.settings.cluster} that has quorum.`, { where: asked });
  }

  takeLease(run: RunReference): void {
    if (this.lease !== null && !isSameRun(this.lease, run)) {
      throw new CauError('ClusterBusy', `Cluster ${this.settings.cluster} is leased by run ${this.lease.workflowId}.`, {
        facts: { holder: { ...this.lease } },
      });
    }
    this.lease = run;
  }

  hold(name: string, run: RunReference, limit: number): void {
    const node = this.node(name);
    if (node.hold !== null) {
      if (!isSameRun(node.hold.run, run))
        throw new CauError('ClusterBusy', `${name} is held by run ${node.hold.run.workflowId}.`, { where: name, facts: { holder: { ...node.hold.run } } });
      if (!node.hold.intact) throw new CauError('HoldBroken', `Somebody lifted the standby that the run had set on ${name}.`, { where: name });
      return;
    }
    if (node.operatorStandby) throw new CauError('RefusedByOperator', `${name} is in standby by the wish of an operator.`, { where: name });
    const holds = [...this.nodes.values()].filter((other) => other.hold !== null && other.name !== name).length;
    if (holds >= limit) throw new CauError('ClusterBusy', `${holds} nodes are held already, ${limit} may be.`, { where: name });
    node.hold = { run, intact: true, kept: null };
  }

  release(name: string, run: RunReference): 'released' | 'notHeld' {
    const node = this.node(name);
    if (node.hold === null || !isSameRun(node.hold.run, run)) return 'notHeld';
    node.hold = null;
    return 'released';
  }

  /** The cluster as this node sees it: one that is cut off sees itself alone, and no quorum. */
  describe(asked: string): ClusterDescription {
    const viewer = this.node(asked);
    const sees = (node: SimulatedNode) => node.online && (viewer.cut ? node === viewer : !node.cut);
    const votes = [...this.nodes.values()].filter(sees).length;
    const quorate = viewer.online && votes >= this.needed();
    const names = this.settings.nodes;
    return {
      cluster: this.settings.cluster,
      driver: 'simulated',
      software: ['simulated cluster 1'],
      witness: { node: asked, bootId: viewer.bootId, quorate, coordinator: this.connected()[0]?.name ?? null, at: new Date().toISOString() },
      nodes: [...this.nodes.values()].map((node): ClusterNode => ({
        name: node.name,
        id: String(names.indexOf(node.name) + 1),
        kind: 'member',
        online: sees(node),
        pending: node.pending,
        unclean: node.unclean,
        expectedUp: node.expectedUp,
        standby: this.isStandby(node),
        maintenance: false,
        hold: node.hold,
        standbyBy: node.operatorStandby ? 'operator' : (node.hold?.intact ?? false) ? 'run' : 'nobody',
        activeInstances: [...this.running.values()].filter((ports) => ports.has(node.name)).length,
      })),
      roles: this.settings.roles.map((role) => this.describeRole(role)),
      quorum: {
        quorate,
        votes,
        needed: this.needed(),
        expected: names.length,
        votesOf: Object.fromEntries(names.map((name) => [name, 1])),
        deviceVotes: 0,
        twoNode: names.length === 2,
        waitForAll: names.length === 2,
        flags: quorate ? ['Quorate'] : [],
        withoutQuorum: 'stop',
      },
      fencing: { enabled: this.settings.fencing, devices: this.settings.fencing ? ['simulated-power'] : [] },
      maintenanceMode: this.maintenanceMode,
      stopAllResources: false,
      failedActions: [...this.nodes.values()].flatMap((node) =>
        [...node.blocked].map((resource) => ({ node: node.name, resource, operation: 'stop', reason: 'refused', id: `${resource}-stop-${node.name}` })),
      ),
      promotionScores: Object.entries(this.scores).flatMap(([resource, scores]) => Object.entries(scores).map(([node, score]) => ({ node, resource, score }))),
      lease: this.lease,
      idle: !this.isActing,
    };
  }

  private describeRole(role: SimulatedRole): Role {
    const ports = this.running.get(role.id) ?? new Map<string, number>();
    const promoted = this.places[role.id]?.promoted ?? null;
    const instances = [...ports.keys()].map((node): RoleInstance => ({
      resource: role.id,
      node,
      state: role.kind !== 'promotable' ? 'Started' : promoted === node ? 'Promoted' : 'Unpromoted',
      managed: !this.unmanaged.has(role.id) && !this.maintenanceMode,
      blocked: this.node(node).blocked.has(role.id),
      failed: this.node(node).blocked.has(role.id),
    }));
    return { id: role.id, kind: role.kind, resources: [role.id], wanted: true, instances };
  }

  private connected(): SimulatedNode[] {
    return [...this.nodes.values()].filter((node) => node.online && !node.cut && !node.unclean);
  }

  private needed(): number {
    const { length } = this.settings.nodes;
    return length === 2 ? 1 : Math.floor(length / 2) + 1;
  }
}
