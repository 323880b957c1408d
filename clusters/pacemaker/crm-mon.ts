/** What `crm_mon -1 --output-as=xml` says: the members and what runs where, as the scheduler of this node sees it. */
import type { ClusterNode, FailedAction, Role } from '../../domain/cluster.js';
import { parseResources } from './crm-mon-resources.js';
import { childrenOf, findAt, isTrue, parseXml, type XmlElement } from './xml.js';

export interface MonitoredNode extends Pick<ClusterNode, 'name' | 'id' | 'kind' | 'online' | 'pending' | 'unclean' | 'expectedUp' | 'standby' | 'maintenance'> {
  /** In standby because an operation failed (`on-fail=standby`), not because an attribute says so. */
  readonly standbyOnFail: boolean;
}

export interface ClusterView {
  /** The designated controller (DC), if one is elected. */
  readonly coordinator: string | null;
  /** Whether the partition of this node has quorum. */
  readonly quorate: boolean;
  /** Version of Pacemaker on the DC, such as `2.1.5`. */
  readonly version: string | null;
  /** Cluster options with Pacemaker's defaults filled in. */
  readonly options: Readonly<Record<string, string>>;
  readonly nodes: readonly MonitoredNode[];
  readonly roles: readonly Role[];
  readonly fencingDevices: readonly string[];
  readonly failedActions: readonly FailedAction[];
}

/** The arguments that give the answer that `parseClusterView` reads: no attributes, history or bans, which cost time. */
export const clusterViewArguments = ['-1', '--output-as=xml', '--inactive', '--exclude=all', '--include=summary,options,nodes,resources,failures'];

/**
 * @throws CauError `ClusterToolFailed` when it is no XML
 */
export function parseClusterView(text: string): ClusterView {
  const root = parseXml(text, 'crm_mon');
  const summary = findAt(root, 'summary');
  const dc = findAt(summary, 'current_dc');
  const isElected = isTrue(dc?.attributes['present']);
  return {
    coordinator: isElected ? (dc?.attributes['name'] ?? null) : null,
    quorate: isElected && isTrue(dc?.attributes['with_quorum']),
    version: dc?.attributes['version']?.split('-')[0] ?? null,
    options: findAt(summary, 'cluster_options')?.attributes ?? {},
    failedActions: childrenOf(findAt(root, 'failures'), 'failure').map(toFailedAction),
    ...parseStatus(root),
  };
}

/** Nodes and resources of a status element; a simulated status (`crm_simulate`) has the same shape. */
export function parseStatus(status: XmlElement | undefined): Pick<ClusterView, 'nodes' | 'roles' | 'fencingDevices'> {
  const nodes = childrenOf(findAt(status, 'nodes'), 'node').map(toNode);
  return { nodes, ...parseResources(findAt(status, 'resources')) };
}

function toNode({ attributes }: XmlElement): MonitoredNode {
  const flag = (name: string) => isTrue(attributes[name]);
  return {
    name: attributes['name'] ?? '',
    id: attributes['id'] ?? '',
    kind: attributes['type'] === 'member' ? 'member' : attributes['id_as_resource'] === undefined ? 'remote' : 'guest',
    online: flag('online'),
    pending: flag('pending'),
    unclean: flag('unclean'),
    expectedUp: flag('expected_up'),
    standby: flag('standby') || flag('standby_onfail'),
    standbyOnFail: flag('standby_onfail'),
    maintenance: flag('maintenance'),
  };
}

function toFailedAction({ attributes }: XmlElement): FailedAction {
  const operation = attributes['op_key'] ?? attributes['id'] ?? '';
  const node = attributes['node'] ?? '';
  const task = attributes['task'] ?? '';
  const reason = [attributes['exitstatus'], attributes['exitreason'], attributes['status'] === 'complete' ? '' : attributes['status']].filter(
    (word) => word !== undefined && word !== '' && word !== 'none',
  );
  return {
    node,
    resource: resourceOf(operation, task),
    operation: task || operation,
    reason: reason.join(', ') || 'failed',
    id: [node, operation, attributes['call'] ?? '', attributes['last-rc-change'] ?? ''].join('/'),
  };
}

/** An operation's key is `<resource>_<operation>_<interval in milliseconds>`; resource ids may have underscores. */
function resourceOf(key: string, task: string): string {
  const end = key.lastIndexOf(`_${task}_`);
  return end > 0 && task !== '' ? key.slice(0, end) : key;
}
