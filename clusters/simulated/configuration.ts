/**
 * The configuration that all members of a simulated cluster share, and every change that may be made to it. Pure: a
 * change takes a configuration and gives the next one, or throws and leaves everything as it was.
 */
import type { Hold, Lease } from '../../domain/cluster.js';
import type { Duration } from '../../domain/duration.js';
import { CauError } from '../../domain/errors.js';
import { isSameRun, type RunReference } from '../../domain/names.js';
import { asRemedy, standbyByWish, wayOutOfStandby } from '../../domain/operators-wish.js';
import type { HoldTerms } from '../../domain/ports/cluster-driver.js';
import type { RolePreference, Steering } from '../../domain/steering.js';

/** What is configured for one node. */
export interface NodeConfiguration {
  readonly operatorStandby: boolean;
  readonly hold: Hold | null;
  /** Where the node stands, if an operator said so. */
  readonly site?: string;
}

export interface Configuration {
  readonly nodes: Readonly<Record<string, NodeConfiguration>>;
  readonly lease: Lease | null;
  readonly maintenanceMode: boolean;
  /** Roles that the cluster is told to leave alone. */
  readonly unmanaged: readonly string[];
  /** Where a run wants roles to be; absent where none ever did. */
  readonly preferences?: readonly OwnedPreference[];
}

/** A preference with the node for whose update it is, or null: for the run; and until when the cluster follows it. */
export interface OwnedPreference extends RolePreference {
  readonly of: string | null;
  readonly until: string;
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
  return operatorStandby || (hold !== null && hold.intact && hold.standby === undefined);
}

/** @throws CauError `ClusterBusy` with `facts.holder` */
export function withLease(configuration: Configuration, run: RunReference, releaseAfter: Duration): Configuration {
  refuseForeignLease(configuration, run);
  return configuration.lease === null ? { ...withoutPreferences(configuration), lease: { run, releaseAfter } } : configuration;
}

/** Unchanged when this run does not have it. */
export function withoutLease(configuration: Configuration, run: RunReference): Configuration {
  return configuration.lease !== null && isSameRun(configuration.lease.run, run) ? { ...withoutPreferences(configuration), lease: null } : configuration;
}

/** @throws CauError `NodeVanished`, `HoldBroken`, `RefusedByOperator`, `ClusterBusy` */
export function withHold(
  configuration: Configuration,
  name: string,
  run: RunReference,
  limit: number,
  releaseAfter: Duration,
  terms: HoldTerms = { includeStandby: false, serving: false },
): Configuration {
  const node = requireConfigured(configuration, name);
  if (node.hold !== null) {
    requireOwn(node.hold, name, run);
    return node.hold.standby === 'none' && !terms.serving
      ? withNode(withPreferences(configuration, name, terms.steering), name, { ...node, hold: stopServing(node.hold, node, name) })
      : configuration;
  }
  if (node.operatorStandby && !terms.includeStandby)
    throw new CauError('RefusedByOperator', `${name} is ${standbyByWish}.`, { where: name, remedy: asRemedy(wayOutOfStandby(name)) });
  refuseForeignLease(configuration, run);
  // A node that is kept on purpose is not being worked on.
  const held = Object.keys(configuration.nodes).filter((other) => configuration.nodes[other]?.hold?.kept === null);
  if (held.length >= limit) {
    throw new CauError('ClusterBusy', `Held already: ${held.join(', ')}; ${limit} may be held at a time.`, { where: name, facts: { held } });
  }
  const relies = node.operatorStandby ? ({ standby: 'operators' } as const) : terms.serving ? ({ standby: 'none' } as const) : {};
  return withNode(withPreferences(configuration, name, terms.steering), name, { ...node, hold: { run, intact: true, kept: null, releaseAfter, ...relies } });
}

/** @throws CauError `HoldBroken` when an operator has put the node in standby meanwhile */
function stopServing({ standby: _none, ...hold }: Hold, { operatorStandby }: NodeConfiguration, name: string): Hold {
  if (operatorStandby) throw new CauError('HoldBroken', `An operator has put ${name} in standby while the run worked on it.`, { where: name });
  return hold;
}

/** Unchanged when this run does not hold the node. */
export function withoutHold(configuration: Configuration, name: string, run: RunReference): Configuration {
  const node = requireConfigured(configuration, name);
  return node.hold !== null && isSameRun(node.hold.run, run) ? withNode(withoutPreferences(configuration, name), name, { ...node, hold: null }) : configuration;
}

/** Unchanged when this run does not hold the node. One that is kept is in standby, also when it served before. */
export function withKept(configuration: Configuration, name: string, run: RunReference, reason: string): Configuration {
  const node = requireConfigured(configuration, name);
  if (node.hold === null || !isSameRun(node.hold.run, run)) return configuration;
  const { standby, ...hold } = node.hold;
  return withNode(withoutPreferences(configuration, name), name, {
    ...node,
    hold: { ...hold, ...(standby === 'operators' ? { standby } : {}), kept: reason },
  });
}

/** @throws CauError `ClusterBusy`, `NodeVanished` */
export function withSteering(configuration: Configuration, run: RunReference, of: string | null, steering: Steering): Configuration {
  refuseForeignLease(configuration, run);
  if (of !== null) requireConfigured(configuration, of);
  return withPreferences(configuration, of, steering);
}

/** Unchanged when another run has the lease. */
export function withoutSteering(configuration: Configuration, run: RunReference, of: string | null): Configuration {
  const { lease } = configuration;
  return lease !== null && !isSameRun(lease.run, run) ? configuration : withoutPreferences(configuration, of);
}

/** The preferences that the cluster follows at that time. */
export function preferencesAt({ preferences = [] }: Configuration, at: Date): readonly RolePreference[] {
  return preferences.filter(({ until }) => Date.parse(until) > at.getTime());
}

function withPreferences(configuration: Configuration, of: string | null, steering: Steering | undefined): Configuration {
  const known = configuration.preferences ?? [];
  const added = steering?.preferences.filter(({ role }) => !known.some((one) => one.of === of && one.role === role)) ?? [];
  if (steering === undefined || added.length === 0) return configuration;
  return { ...configuration, preferences: [...known, ...added.map((one) => ({ ...one, of, until: steering.until }))] };
}

/** Those of that owner, or all. */
function withoutPreferences(configuration: Configuration, of?: string | null): Configuration {
  const { preferences: known = [], ...others } = configuration;
  const kept = of === undefined ? [] : known.filter((one) => one.of !== of);
  if (kept.length === known.length) return configuration;
  return kept.length === 0 ? others : { ...others, preferences: kept };
}

/**
 * What an operator's standby command does. `off` also breaks the hold of a run; a hold that is broken stays so, and
 * standby that is set after that is the operator's own. `on` changes nothing for a node that a run has in standby.
 */
export function withOperatorStandby(configuration: Configuration, name: string, wish: 'on' | 'off'): Configuration {
  const node = requireConfigured(configuration, name);
  const { hold } = node;
  if (wish === 'on')
    return hold?.intact === true && hold.standby !== 'none' ? configuration : withNode(configuration, name, { ...node, operatorStandby: true });
  return withNode(configuration, name, { ...node, operatorStandby: false, hold: hold === null || hold.standby === 'none' ? hold : { ...hold, intact: false } });
}

/** What an operator says of where the node stands; null takes it back. */
export function withSite(configuration: Configuration, name: string, site: string | null): Configuration {
  const { site: _before, ...node } = requireConfigured(configuration, name);
  return withNode(configuration, name, site === null ? node : { ...node, site });
}

/** With a node that nobody has touched. */
export function withNewNode(configuration: Configuration, name: string): Configuration {
  return withNode(configuration, name, { operatorStandby: false, hold: null });
}

/** Without the node and everything that was configured for it. */
export function withoutNode(configuration: Configuration, name: string): Configuration {
  return { ...configuration, nodes: Object.fromEntries(Object.entries(configuration.nodes).filter(([node]) => node !== name)) };
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
