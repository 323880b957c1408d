/**
 * A failover cluster as one of its members sees it: facts only. Drivers fill it in; decisions (`drained.ts`,
 * `membership.ts`, `settled.ts`, `quorum.ts`, `readiness/`) read it.
 */
import type { Duration } from './duration.js';
import type { RunReference } from './names.js';
import type { RolePreference } from './steering.js';

/** Which member answered, and whether its answer counts: a member without quorum may not speak for the cluster. */
export interface Witness {
  readonly node: string;
  readonly bootId: string;
  readonly quorate: boolean;
  /** The cluster's own coordinating member (Pacemaker: the DC), if there is one. */
  readonly coordinator: string | null;
  /** The witness's clock, ISO 8601. Skew between members shifts date rules. */
  readonly at: string;
}

/** Maintenance mode set by a run: standby and owner in one record of our own. */
export interface Hold {
  readonly run: RunReference;
  /** False when somebody else lifted the standby that it relies on. */
  readonly intact: boolean;
  /**
   * What it relies on instead of a standby of its own: `operators`, that of an operator, which stays when the hold ends; `none`, no
   * standby at all, since the run works on the node while it serves.
   */
  readonly standby?: 'operators' | 'none';
  /** Why the node is left in maintenance mode on purpose after its run, if it is. */
  readonly kept: string | null;
  /** How long Temporal may not know its run before the node releases itself. It stands here because Temporal may lose it. */
  readonly releaseAfter: Duration;
}

/** The lease of the cluster: which run works on it. */
export interface Lease {
  readonly run: RunReference;
  /** As in a hold. */
  readonly releaseAfter: Duration;
}

/** A node as the cluster manager has it, with what a run or an operator set on it. */
export interface ClusterNode {
  readonly name: string;
  /** The cluster manager's own id of the node. */
  readonly id: string;
  /** Only members have a vote and a worker. */
  readonly kind: 'member' | 'remote' | 'guest';
  /** Where it stands, in the words of its administrators (Pacemaker: the node attribute `site`); absent where they say nothing. */
  readonly site?: string;
  readonly online: boolean;
  /** On its way in or out: not a full member. */
  readonly pending: boolean;
  /** Failed and not yet fenced: its roles may still run there. */
  readonly unclean: boolean;
  /** Whether the cluster expects it to be up: false after its stack was stopped in order. */
  readonly expectedUp: boolean;
  /** Takes no roles, by whosever wish. */
  readonly standby: boolean;
  /** The cluster leaves its roles alone (Pacemaker: maintenance). This is not a drain. */
  readonly maintenance: boolean;
  readonly hold: Hold | null;
  /** Who put the node in standby; `operator` is anybody but a run. */
  readonly standbyBy: 'nobody' | 'run' | 'operator';
  /** Instances of roles active there, fencing devices not counted. */
  readonly activeInstances: number;
}

/** `Started` and `Promoted` serve; `Unpromoted` stands by to be promoted; the others are on their way or down. */
export type InstanceState = 'Started' | 'Promoted' | 'Unpromoted' | 'Starting' | 'Stopping' | 'Promoting' | 'Demoting' | 'Stopped';

/** One primitive of a role on one node. A role that is stopped everywhere has no instances. */
export interface RoleInstance {
  /** The primitive's id; for a plain role the same as the role's. */
  readonly resource: string;
  readonly node: string;
  readonly state: InstanceState;
  readonly managed: boolean;
  /** The cluster can do nothing more with it by itself (a failed stop without fencing). */
  readonly blocked: boolean;
  readonly failed: boolean;
}

/** A clustered role: a top-level resource, group, clone or promotable. Fencing devices are not roles. */
export interface Role {
  readonly id: string;
  readonly kind: 'primitive' | 'group' | 'clone' | 'promotable' | 'bundle';
  /** The primitives it consists of, in order. */
  readonly resources: readonly string[];
  /** Whether the administrator wants it to run. */
  readonly wanted: boolean;
  readonly instances: readonly RoleInstance[];
}

/** Votes, as the live cluster counts them. Never computed from the number of nodes. */
export interface Quorum {
  readonly quorate: boolean;
  /** Votes present now. */
  readonly votes: number;
  /** Votes that are needed to be quorate. */
  readonly needed: number;
  readonly expected: number;
  readonly votesOf: Readonly<Record<string, number>>;
  /** The vote of a quorum device, when it is connected. */
  readonly deviceVotes: number;
  /** Two nodes of which one alone stays quorate (corosync `two_node`). */
  readonly twoNode: boolean;
  readonly waitForAll: boolean;
  readonly flags: readonly string[];
  /** What the cluster does without quorum (Pacemaker `no-quorum-policy`). */
  readonly withoutQuorum: 'stop' | 'freeze' | 'ignore' | 'demote' | 'suicide';
}

/** An operation that failed and that nobody has cleaned up yet. */
export interface FailedAction {
  readonly node: string;
  readonly resource: string;
  readonly operation: string;
  readonly reason: string;
  /** Tells one failure from a later one of the same operation. */
  readonly id: string;
}

/** How ready a copy is to be promoted, as its agent says; saved before a drain and waited for after it. */
export interface PromotionScore {
  readonly node: string;
  readonly resource: string;
  readonly score: number;
}

/** A node that the cluster keeps a resource from: by a constraint that a tool left behind, or since it failed there too often. */
export interface KeptOut {
  readonly resource: string;
  readonly node: string;
  readonly because: 'ban' | 'failures';
}

/** What one look at the cluster shows: who is a member, who is held, where roles are. Cheap enough to repeat at every change. */
export interface ClusterSight {
  readonly cluster: string;
  /** The driver that answered: `pacemaker` or `simulated`. */
  readonly driver: string;
  /** Versions of the cluster software for the report, such as `pacemaker 2.1.5`. */
  readonly software: readonly string[];
  readonly witness: Witness;
  readonly nodes: readonly ClusterNode[];
  readonly roles: readonly Role[];
  readonly fencing: { readonly enabled: boolean; readonly devices: readonly string[] };
  /** Cluster-wide switches that make a drain a lie. */
  readonly maintenanceMode: boolean;
  readonly stopAllResources: boolean;
  readonly failedActions: readonly FailedAction[];
  readonly promotionScores: readonly PromotionScore[];
  readonly lease: Lease | null;
  /** Where resources may not run although nobody configured that; absent in what an earlier version recorded. */
  readonly keptOut?: readonly KeptOut[];
  /** Who changed the configuration last, with what and where, as the cluster manager records it; absent where it does not. */
  readonly lastChange?: string;
  /** Where a run wants roles to be right now; absent in what an earlier version recorded. */
  readonly preferences?: readonly RolePreference[];
}

/** The whole cluster, with its votes. */
export interface ClusterDescription extends ClusterSight {
  readonly quorum: Quorum;
  /** Nothing is pending in the cluster: no transition under way. */
  readonly idle: boolean;
}

/** A sight, with `idle` where that was asked as well. Where it was not, it does not count. */
export type WatchedCluster = ClusterSight & { readonly idle?: boolean };

/** States in which an instance does its work; a drained node has no instance in any state but `Stopped`. */
export function isServing(state: InstanceState): boolean {
  return state === 'Started' || state === 'Promoted' || state === 'Unpromoted';
}

/** The node of that name. */
export function findNode(cluster: ClusterSight, name: string): ClusterNode | undefined {
  return cluster.nodes.find((node) => node.name === name);
}

/** The roles with an active instance on the node. */
export function rolesOn(cluster: ClusterSight, node: string): Role[] {
  return cluster.roles.filter((role) => role.instances.some((instance) => instance.node === node && instance.state !== 'Stopped'));
}

/** Full members: online, not pending, not unclean. */
export function fullMembers(cluster: ClusterSight): ClusterNode[] {
  return cluster.nodes.filter((node) => node.kind === 'member' && node.online && !node.pending && !node.unclean);
}
