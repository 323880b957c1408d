/** A healthy cluster to start a test from: four nodes, fencing, a plain role, a promotable and a clone. */
import type { ClusterDescription, ClusterNode, Role, RoleInstance } from '../../domain/cluster.js';
import type { RunReference } from '../../domain/names.js';

export const exampleRun: RunReference = { workflowId: 'cau/run/example/20260101T000000Z', firstExecutionRunId: '0d3b5a52-3c2e-4d0a-9c5e-6f3f9b2f4a01' };
export const otherRun: RunReference = { workflowId: 'cau/run/example/20260102T000000Z', firstExecutionRunId: '7f2f2c7e-91a3-4a37-8f0c-2b1f7f4c2e02' };

export function exampleNode(name: string, changes: Partial<ClusterNode> = {}): ClusterNode {
  return {
    name,
    id: name.replace(/\D/g, ''),
    kind: 'member',
    online: true,
    pending: false,
    unclean: false,
    expectedUp: true,
    standby: false,
    maintenance: false,
    hold: null,
    standbyBy: 'nobody',
    activeInstances: 1,
    ...changes,
  };
}

/** The node as this run holds it. */
export function heldNode(name: string, run: RunReference = exampleRun, changes: Partial<ClusterNode> = {}): ClusterNode {
  return exampleNode(name, { standby: true, standbyBy: 'run', hold: { run, intact: true, kept: null, releaseAfter: '30m' }, activeInstances: 0, ...changes });
}

export function exampleInstance(resource: string, node: string, changes: Partial<RoleInstance> = {}): RoleInstance {
  return { resource, node, state: 'Started', managed: true, blocked: false, failed: false, ...changes };
}

export function exampleRole(id: string, kind: Role['kind'], instances: readonly RoleInstance[]): Role {
  return { id, kind, resources: [...new Set(instances.map((instance) => instance.resource))], wanted: true, instances };
}

export function exampleCluster(changes: Partial<ClusterDescription> = {}): ClusterDescription {
  return {
    cluster: 'example',
    driver: 'pacemaker',
    software: ['pacemaker 2.1.5'],
    witness: { node: 'node4', bootId: 'b4', quorate: true, coordinator: 'node4', at: '2026-01-01T00:00:00.000Z' },
    nodes: ['node1', 'node2', 'node3', 'node4'].map((name) => exampleNode(name)),
    roles: [
      exampleRole('web', 'group', [exampleInstance('web-srv', 'node1'), exampleInstance('web-ip', 'node1')]),
      exampleRole('db', 'promotable', [exampleInstance('db-srv', 'node2', { state: 'Promoted' }), exampleInstance('db-srv', 'node4', { state: 'Unpromoted' })]),
      exampleRole(
        'ca-web',
        'clone',
        ['node1', 'node2', 'node3', 'node4'].map((node) => exampleInstance('ca-web-srv', node)),
      ),
    ],
    quorum: {
      quorate: true,
      votes: 4,
      needed: 3,
      expected: 4,
      votesOf: { node1: 1, node2: 1, node3: 1, node4: 1 },
      deviceVotes: 0,
      twoNode: false,
      waitForAll: false,
      flags: ['Quorate'],
      withoutQuorum: 'stop',
    },
    fencing: { enabled: true, devices: ['fence'] },
    maintenanceMode: false,
    stopAllResources: false,
    failedActions: [],
    promotionScores: [
      { node: 'node2', resource: 'db-srv', score: 10 },
      { node: 'node4', resource: 'db-srv', score: 5 },
    ],
    lease: null,
    idle: true,
    ...changes,
  };
}

/** The cluster with some nodes replaced. */
export function withNodes(cluster: ClusterDescription, ...replaced: readonly ClusterNode[]): ClusterDescription {
  return { ...cluster, nodes: cluster.nodes.map((node) => replaced.find((one) => one.name === node.name) ?? node) };
}

/** The cluster with some roles replaced. */
export function withRoles(cluster: ClusterDescription, ...replaced: readonly Role[]): ClusterDescription {
  return { ...cluster, roles: cluster.roles.map((role) => replaced.find((one) => one.id === role.id) ?? role) };
}
