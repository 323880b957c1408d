/** The resources of a cluster status as roles: groups, clones, groups inside clones, promotables, bundles. */
import type { InstanceState, Role, RoleInstance } from '../../domain/cluster.js';
import { childrenOf, descendantsOf, isTrue, type XmlElement } from './xml.js';

/** Roles, and the fencing devices apart from them: no client sees those. */
export function parseResources(resources: XmlElement | undefined): { readonly roles: Role[]; readonly fencingDevices: string[] } {
  const top = resources?.children ?? [];
  const isFencing = (entry: XmlElement) => primitivesOf(entry).some((primitive) => agentOf(primitive).startsWith('stonith:'));
  return {
    fencingDevices: top.filter(isFencing).flatMap((entry) => unique(primitivesOf(entry).map(resourceId))),
    // An orphan was deleted from the configuration and is on its way out: it is no role, but what still runs of it is.
    roles: top
      .filter((entry) => !isFencing(entry) && kindOf(entry) !== undefined)
      .map(toRole)
      .filter((role) => role.resources.length > 0),
  };
}

function toRole(entry: XmlElement): Role {
  const primitives = primitivesOf(entry);
  const kind = kindOf(entry) ?? 'primitive';
  return {
    id: entry.attributes['id'] ?? '',
    kind,
    resources: unique(primitives.map(resourceId)),
    wanted: !isTrue(entry.attributes['disabled']) && entry.attributes['target_role'] !== 'Stopped',
    instances: kind === 'bundle' ? childrenOf(entry, 'replica').flatMap(replicaInstances) : primitives.flatMap((primitive) => instancesOf(primitive)),
  };
}

function kindOf(entry: XmlElement): Role['kind'] | undefined {
  switch (entry.name) {
    case 'resource':
      return isTrue(entry.attributes['orphaned']) && childrenOf(entry, 'node').length === 0 ? undefined : 'primitive';
    case 'group':
    case 'bundle':
      return entry.name;
    case 'clone':
      return isTrue(entry.attributes['multi_state']) ? 'promotable' : 'clone';
    default:
      return undefined;
  }
}

const primitivesOf = (entry: XmlElement): XmlElement[] => (entry.name === 'resource' ? [entry] : descendantsOf(entry, 'resource'));

const agentOf = (primitive: XmlElement): string => primitive.attributes['resource_agent'] ?? '';

/** The copies of a unique clone are numbered (`web:0`). */
const resourceId = (primitive: XmlElement): string => (primitive.attributes['id'] ?? '').replace(/:\d+$/, '');

/** What runs inside a container is listed on the container's own guest node; it counts where the container runs. */
function replicaInstances(replica: XmlElement): RoleInstance[] {
  const primitives = childrenOf(replica, 'resource');
  const connection = primitives.find((primitive) => agentOf(primitive).endsWith(':remote'));
  const host = connection === undefined ? undefined : childrenOf(connection, 'node')[0]?.attributes['name'];
  const guest = connection === undefined ? undefined : resourceId(connection);
  return primitives
    .flatMap((primitive) => instancesOf(primitive))
    .map((instance) => (instance.node === guest && host !== undefined ? { ...instance, node: host } : instance));
}

function instancesOf(primitive: XmlElement): RoleInstance[] {
  const { attributes } = primitive;
  return childrenOf(primitive, 'node').map((node) => ({
    resource: resourceId(primitive),
    node: node.attributes['name'] ?? '',
    state: stateOf(attributes['role'], attributes['pending']),
    managed: isTrue(attributes['managed']),
    blocked: isTrue(attributes['blocked']),
    failed: isTrue(attributes['failed']),
  }));
}

/** A pending operation says more than the role that it is about to change; a pending monitor changes nothing. */
function stateOf(role: string | undefined, pending: string | undefined): InstanceState {
  switch (pending) {
    case 'Starting':
    case 'Stopping':
    case 'Promoting':
    case 'Demoting':
      return pending;
    case 'Migrating':
      return 'Stopping';
    default:
  }
  switch (role) {
    case 'Started':
    case 'Promoted':
    case 'Unpromoted':
    case 'Starting':
    case 'Stopping':
    case 'Promoting':
    case 'Demoting':
      return role;
    // Names before Pacemaker 2.1.
    case 'Master':
      return 'Promoted';
    case 'Slave':
      return 'Unpromoted';
    case 'Migrating':
      return 'Stopping';
    case 'Stopped':
      return 'Stopped';
    default:
      // A word that we do not know, on a node: something is there, and it is not known to serve.
      return 'Starting';
  }
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
