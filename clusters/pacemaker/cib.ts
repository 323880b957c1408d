/** The cluster information base: what is configured, who set which standby, and what the agents told about their copies. */
import { CauError } from '../../domain/errors.js';
import type { RolePreference } from '../../domain/steering.js';
import { parseCibStatus, type CibStatus } from './cib-status.js';
import { childrenOf, descendantsOf, findAt, isTrue, parseXml, type XmlElement } from './xml.js';

/** Which state of the CIB this is. `epoch` grows with the configuration, `numUpdates` with the status. */
export interface CibVersion {
  readonly adminEpoch: number;
  readonly epoch: number;
  readonly numUpdates: number;
}

export interface NameValue {
  readonly id: string;
  readonly name: string;
  readonly value: string;
}

/** A set of attributes or properties; nobody but its owner writes into it. */
export interface AttributeSet {
  readonly id: string;
  readonly pairs: readonly NameValue[];
}

export interface CibNode {
  readonly id: string;
  readonly name: string;
  readonly isMember: boolean;
  readonly sets: readonly AttributeSet[];
}

export interface CibPrimitive {
  readonly id: string;
  /** Standard of its agent: `ocf`, `systemd`, `stonith`, `lsb`, `service`. */
  readonly standard: string;
  readonly type: string;
  /** Whether it runs inside a container and can be asked only there. */
  readonly isContained: boolean;
}

/** No longer than `order` can name it. */
const longestSite = 64;

export interface CibHeader {
  readonly version: CibVersion;
  /** Whether the partition that this CIB belongs to has quorum. */
  readonly hasQuorum: boolean;
  /** The id of the node whose controller decides for the cluster; null while there is none. */
  readonly coordinatorId: string | null;
}

export interface Cib extends CibHeader, CibStatus {
  readonly nodes: readonly CibNode[];
  readonly propertySets: readonly AttributeSet[];
  readonly primitives: readonly CibPrimitive[];
  readonly preferences: readonly CibPreference[];
  /** What `crm_resource --ban` or `--move` left behind. */
  readonly bans: readonly { readonly node: string; readonly resource: string }[];
  /** Who changed it last, with what and where: `root, with crm_attribute on node1`; null when it does not say. */
  readonly lastChange: string | null;
}

/** A location constraint that a run of ours set; what is missing in it is empty, or 0. */
export interface CibPreference extends RolePreference {
  readonly id: string;
}

/** How the ids of those begin. */
export const preferencePrefix = 'cau-prefer-';

/** How the ids of the constraints begin by which Pacemaker's own tool keeps a resource from a node. */
const banPrefix = 'cli-ban-';

/**
 * The answer of `cibadmin --query`.
 * @throws CauError `ClusterToolFailed` when it is no CIB
 */
export function parseCib(text: string): Cib {
  const root = parseXml(text, 'cibadmin');
  const configuration = findAt(root, 'configuration');
  if (root.name !== 'cib' || configuration === undefined) {
    throw new CauError('ClusterToolFailed', `The answer of "cibadmin" is <${root.name}>, not a whole CIB.`, { where: 'cibadmin' });
  }
  return {
    ...toHeader(root),
    lastChange: lastChangeOf(root),
    nodes: childrenOf(findAt(configuration, 'nodes'), 'node').map((node) => ({
      id: node.attributes['id'] ?? '',
      name: node.attributes['uname'] ?? '',
      isMember: (node.attributes['type'] ?? 'member') === 'member',
      sets: childrenOf(node, 'instance_attributes').map(toSet),
    })),
    propertySets: childrenOf(findAt(configuration, 'crm_config'), 'cluster_property_set').map(toSet),
    primitives: primitivesOf(findAt(configuration, 'resources')),
    bans: childrenOf(findAt(configuration, 'constraints'), 'rsc_location')
      .filter(({ attributes }) => attributes['id']?.startsWith(banPrefix) === true)
      .map(({ attributes }) => ({ node: attributes['node'] ?? '', resource: attributes['rsc'] ?? '' })),
    preferences: childrenOf(findAt(configuration, 'constraints'), 'rsc_location')
      .filter(({ attributes }) => attributes['id']?.startsWith(preferencePrefix) === true)
      .map(toPreference),
    ...parseCibStatus(findAt(root, 'status')),
  };
}

/**
 * The answer of `cibadmin --query --no-children`.
 * @throws CauError `ClusterToolFailed`
 */
export function parseCibHeader(text: string): CibHeader {
  return toHeader(parseXml(text, 'cibadmin'));
}

/** Whether only the status may differ: the other facts of a header change without a new epoch, and a patch that was made for one writes them as well. */
export function isSameButStatus(left: CibHeader, right: CibHeader): boolean {
  return isSameConfiguration(left.version, right.version) && left.hasQuorum === right.hasQuorum && left.coordinatorId === right.coordinatorId;
}

/** Whether two states have the same configuration. */
export function isSameConfiguration(left: CibVersion, right: CibVersion): boolean {
  return left.adminEpoch === right.adminEpoch && left.epoch === right.epoch;
}

/** The value of a name in a set. */
export function findValue(set: AttributeSet | undefined, name: string): string | undefined {
  return set?.pairs.find((pair) => pair.name === name)?.value;
}

/** Whether a node that is lost fences itself with its watchdog (sbd without a disk), once Pacemaker is given a time to count on it. */
export function fencesByWatchdog({ propertySets }: Cib): boolean {
  const property = (name: string) => propertySets.map((set) => findValue(set, name)).find((value) => value !== undefined);
  // A negative time is one that Pacemaker works out by itself.
  const time = Number.parseInt(property('stonith-watchdog-timeout') ?? property('fencing-watchdog-timeout') ?? '0', 10);
  return isTrue(property('have-watchdog')) && !Number.isNaN(time) && time !== 0;
}

/** Where the node stands: `crm_attribute --node NODE --name site --update SITE`, as constraints and fencing topologies use it too. */
export function siteOf(node: CibNode): string | undefined {
  const site = node.sets.map((set) => findValue(set, 'site')).find((value) => value !== undefined && value !== '');
  return site?.slice(0, longestSite);
}

function toHeader(root: XmlElement): CibHeader {
  return {
    version: { adminEpoch: integer(root, 'admin_epoch'), epoch: integer(root, 'epoch'), numUpdates: integer(root, 'num_updates') },
    hasQuorum: root.attributes['have-quorum'] === '1',
    coordinatorId: root.attributes['dc-uuid'] ?? null,
  };
}

function lastChangeOf({ attributes }: XmlElement): string | null {
  const { 'update-user': user, 'update-client': client, 'update-origin': origin } = attributes;
  return user === undefined || client === undefined || origin === undefined ? null : `${user}, with ${client} on ${origin}`;
}

function toPreference(constraint: XmlElement): CibPreference {
  const rule = findAt(constraint, 'rule');
  return {
    id: constraint.attributes['id'] ?? '',
    role: constraint.attributes['rsc'] ?? '',
    node: findAt(rule, 'expression')?.attributes['value'] ?? '',
    score: Number(rule?.attributes['score'] ?? 0),
  };
}

function toSet(set: XmlElement): AttributeSet {
  return {
    id: set.attributes['id'] ?? '',
    pairs: childrenOf(set, 'nvpair').map(({ attributes }) => ({
      id: attributes['id'] ?? '',
      name: attributes['name'] ?? '',
      value: attributes['value'] ?? '',
    })),
  };
}

function primitivesOf(resources: XmlElement | undefined): CibPrimitive[] {
  const contained = new Set(descendantsOf(resources, 'bundle').flatMap((bundle) => descendantsOf(bundle, 'primitive')));
  const templates = new Map(childrenOf(resources, 'template').map(({ attributes }) => [attributes['id'], attributes]));
  return descendantsOf(resources, 'primitive').map((primitive) => {
    // What is made from a template names that instead of an agent.
    const agent = templates.get(primitive.attributes['template']) ?? primitive.attributes;
    return { id: primitive.attributes['id'] ?? '', standard: agent['class'] ?? '', type: agent['type'] ?? '', isContained: contained.has(primitive) };
  });
}

function integer(element: XmlElement, name: string): number {
  const value = Number(element.attributes[name]);
  if (!Number.isSafeInteger(value)) throw new CauError('ClusterToolFailed', `The CIB has no usable "${name}".`, { where: 'cibadmin' });
  return value;
}
