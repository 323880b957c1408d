/**
 * The configuration that all members of a simulated cluster share, and every change that may be made to it. Pure: a
 * change takes a configuration and gives the next one, or throws and leaves everything as it was.
 */
import type { Hold, Lease } from '../../domain/cluster.js';
import type { Duration } from '../../domain/duration.js';
import { CauError } from '../../domain/errors.js';
import { isSameRun, type RunReference } from '../../domain/names.js';

/** What is configured for one node. */
export interface NodeConfiguration {
  readonly operatorStandby: boolean;
  readonly hold: Hold | null;
}

export interface Configuration {
  readonly nodes: Readonly<Record<string, NodeConfiguration>>;
  readonly lease: Lease | null;
  readonly maintenanceMode: boolean;
  /** Roles that the cluster is told to leave alone. */
  readonly unmanaged: readonly string[];
}

/** A cluster that nobody has touched. */
export function createConfiguration(nodes: readonly string[]): Configuration {
  return { nodes: Object.fromEntries(nodes.map((name) => [name, { operatorStandby: false, hold: null }])), lease: null, maintenanceMode: false, unmanaged: [] };
}

/** @throws CauError `NodeVanished` */
export function requireConfigured(configuration: Configuration, name: string): NodeConfiguration {
  const node = configuration.nodes[name];
  if (node === undefined) throw new CauError('NodeVanished', `${name} is not a node of this cluster.`, { where: name });
  return node;
}

/** Whether the node takes no roles, by whosever wish. */
export function isStandby({ operatorStandby, hold }: NodeConfiguration): boolean {
  return operatorStandby || (hold?.intact ?? false);
}

/** @throws CauError `ClusterBusy` with `facts.holder` */
export function withLease(configuration: Configuration, run: RunReference, releaseAfter: Duration): Configuration {
  refuseForeignLease(configuration, run);
  return configuration.lease === null ? { ...configuration, lease: { run, releaseAfter } } : configuration;
}

/** Unchanged when this run does not have it. */
export function withoutLease(configuration: Configuration, run: RunReference): Configuration {
  return configuration.lease !== null && isSameRun(configuration.lease.run, run) ? { ...configuration, lease: null } : configuration;
}

/** @throws CauError `NodeVanished`, `HoldBroken`, `RefusedByOperator`, `ClusterBusy` */
export function withHold(configuration: Configuration, name: string, run: RunReference, limit: number, releaseAfter: Duration): Configuration {
  const node = requireConfigured(configuration, name);
  if (node.hold !== null) {
    requireOwn(node.hold, name, run);
    return configuration;
  }
  if (node.operatorStandby) throw new CauError('RefusedByOperator', `${name} is in standby by the wish of an operator.`, { where: name });
  refuseForeignLease(configuration, run);
  // A node that is kept on purpose is not being worked on.
  const held = Object.keys(configuration.nodes).filter((other) => configuration.nodes[other]?.hold?.kept === null);
  if (held.length >= limit) {
    throw new CauError('ClusterBusy', `Held already: ${held.join(', ')}; ${limit} may be held at a time.`, { where: name, facts: { held } });
  }
  return withNode(configuration, name, { ...node, hold: { run, intact: true, kept: null, releaseAfter } });
}

/** Unchanged when this run does not hold the node. */
export function withoutHold(configuration: Configuration, name: string, run: RunReference): Configuration {
  const node = requireConfigured(configuration, name);
  return node.hold !== null && isSameRun(node.hold.run, run) ? withNode(configuration, name, { ...node, hold: null }) : configuration;
}

/** Unchanged when this run does not hold the node. */
export function withKept(configuration: Configuration, name: string, run: RunReference, reason: string): Configuration {
  const node = requireConfigured(configuration, name);
  return node.hold !== null && isSameRun(node.hold.run, run) ? withNode(configuration, name, { ...node, hold: { ...node.hold, kept: reason } }) : configuration;
}

/**
 * What an operator's standby command does. `off` also breaks the hold of a run; a hold that is broken stays so, and
 * standby that is set after that is the operator's own. `on` changes nothing for a node that a run holds.
 */
export function withOperatorStandby(configuration: Configuration, name: string, wish: 'on' | 'off'): Configuration {
  const node = requireConfigured(configuration, name);
  if (wish === 'on') return node.hold?.intact === true ? configuration : withNode(configuration, name, { ...node, operatorStandby: true });
  return withNode(configuration, name, { operatorStandby: false, hold: node.hold === null ? null : { ...node.hold, intact: false } });
}

/** Tells the cluster to manage a role, or to leave it alone. */
export function withManaged(configuration: Configuration, role: string, isManaged: boolean): Configuration {
  const others = configuration.unmanaged.filter((one) => one !== role);
  return { ...configuration, unmanaged: isManaged ? others : [...others, role] };
}

function refuseForeignLease({ lease }: Configuration, run: RunReference): void {
  if (lease === null || isSameRun(lease.run, run)) return;
  throw new CauError('ClusterBusy', `The cluster is leased by run ${lease.run.workflowId}.`, { facts: { holder: { ...lease.run } } });
}

function requireOwn(hold: Hold, name: string, run: RunReference): void {
  if (!isSameRun(hold.run, run))
    throw new CauError('ClusterBusy', `${name} is held by run ${hold.run.workflowId}.`, { where: name, facts: { holder: { ...hold.run } } });
  if (!hold.intact) throw new CauError('HoldBroken', `Somebody lifted the standby that the run had set on ${name}.`, { where: name });
}

function withNode(configuration: Configuration, name: string, node: NodeConfiguration): Configuration {
  return { ...configuration, nodes: { ...configuration.nodes, [name]: node } };
}
