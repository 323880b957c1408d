/** A simulated cluster as one of its nodes sees it. */
import type { ClusterDescription, ClusterNode, FailedAction, InstanceState, Role, RoleInstance } from '../../domain/cluster.js';
import type { ClusterState, FailedOperation, Instance } from './cluster-state.js';
import { isStandby, type NodeConfiguration } from './configuration.js';
import { hasQuorum, neededVotes, seenBy, type Member } from './members.js';
import type { SimulatedRole } from './model.js';

/** Whether every node and role is there, every copy in sync, and nothing under way. */
export function isComplete({ nodes, roles, promotionScores, idle }: ClusterDescription): boolean {
  const hasScore = (role: string, node: string) => promotionScores.some((score) => score.resource === role && score.node === node);
  const isReady = ({ id, kind, instances }: Role) => instances.length > 0 && (kind !== 'promotable' || instances.every(({ node }) => hasScore(id, node)));
  return nodes.every((node) => node.online) && roles.every(isReady) && idle;
}

/**
 * What a node sees: one that is cut off sees itself alone and the others as lost, one whose stack is down sees nobody.
 * Nobody is told more than a real node would know.
 */
export function describeAs(state: ClusterState, name: string): ClusterDescription {
  const viewer = state.member(name);
  const seen = seenBy(state.members, viewer);
  const quorate = viewer.stack === 'running' && hasQuorum(state.members, seen);
  const names = [...state.members.keys()];
  const { configuration, settings } = state;
  return {
    cluster: settings.cluster,
    driver: 'simulated',
    software: ['simulated cluster 1'],
    witness: { node: name, bootId: viewer.bootId, quorate, coordinator: seen[0]?.name ?? null, at: new Date().toISOString() },
    nodes: [...state.members.values()].map((member) => describeNode(state, member, viewer, seen)),
    roles: settings.roles.map((role) => describeRole(state, role, viewer)),
    quorum: {
      quorate,
      votes: seen.length,
      needed: neededVotes(state.members),
      expected: names.length,
      votesOf: Object.fromEntries(names.map((one) => [one, 1])),
      deviceVotes: 0,
      twoNode: names.length === 2,
      waitForAll: names.length === 2,
      flags: quorate ? ['Quorate'] : [],
      withoutQuorum: 'stop',
    },
    fencing: { enabled: settings.fencing, devices: settings.fencing && state.hasFencingDevice ? ['simulated-power'] : [] },
    maintenanceMode: configuration.maintenanceMode,
    stopAllResources: false,
    failedActions: [...failedActions('stop', state.failedStops), ...failedActions('start', state.failedStarts)],
    promotionScores: Object.entries(state.scores).flatMap(([resource, scores]) => Object.entries(scores).map(([node, score]) => ({ node, resource, score }))),
    lease: configuration.lease,
    preferences: (configuration.preferences ?? []).map(({ role, node, score }) => ({ role, node, score })),
    idle: !state.isActing && !isUnsettled(state),
  };
}

function failedActions(operation: 'stop' | 'start', failed: readonly FailedOperation[]): FailedAction[] {
  return failed.map(({ id, node, role }) => ({ id, node, resource: role, operation, reason: `the service refused to ${operation}` }));
}

/** A machine on its way in or out, lost or not fenced yet: the cluster is about to act. */
function isUnsettled(state: ClusterState): boolean {
  return [...state.members.values()].some((member) => member.isUnclean || member.stack === 'joining' || member.stack === 'leaving');
}

function describeNode(state: ClusterState, member: Member, viewer: Member, seen: readonly Member[]): ClusterNode {
  const configured: NodeConfiguration = state.configuration.nodes[member.name] ?? { operatorStandby: false, hold: null };
  const isLostToViewer = viewer.isCut && member !== viewer && member.stack === 'running';
  return {
    name: member.name,
    id: String(state.settings.nodes.indexOf(member.name) + 1),
    kind: 'member',
    ...(configured.site === undefined ? {} : { site: configured.site }),
    online: seen.includes(member),
    pending: !viewer.isCut && (member.stack === 'joining' || member.stack === 'leaving'),
    unclean: isLostToViewer || (member.isUnclean && member !== viewer),
    expectedUp: member.expectedUp,
    standby: isStandby(configured),
    maintenance: false,
    hold: configured.hold,
    standbyBy: configured.operatorStandby ? 'operator' : (configured.hold?.intact ?? false) ? 'run' : 'nobody',
    activeInstances: visibleInstances(state, viewer).filter((one) => one.node === member.name).length,
  };
}

function describeRole(state: ClusterState, role: SimulatedRole, viewer: Member): Role {
  const { maintenanceMode, unmanaged } = state.configuration;
  const instances = visibleInstances(state, viewer)
    .filter((one) => one.role === role.id)
    .map(({ node, instance }): RoleInstance => ({
      resource: role.id,
      node,
      state: stateOf(state, role, node, instance),
      managed: !maintenanceMode && !unmanaged.includes(role.id),
      // A node that is to be fenced for it is the cluster's way on; nothing is blocked then.
      blocked: state.isBlocked(role.id, node) && role.onStopFailure !== 'fence',
      failed: state.isBlocked(role.id, node),
    }));
  return { id: role.id, kind: role.kind, resources: [role.id], wanted: true, instances };
}

/** A node that is cut off knows of its own instances only; one without a stack of none. */
function visibleInstances(state: ClusterState, viewer: Member): { role: string; node: string; instance: Instance }[] {
  const all = [...state.instances].flatMap(([role, instances]) => [...instances].map(([node, instance]) => ({ role, node, instance })));
  if (viewer.stack === 'stopped' || viewer.stack === 'joining') return [];
  return viewer.isCut ? all.filter((one) => one.node === viewer.name) : all;
}

function stateOf(state: ClusterState, role: SimulatedRole, node: string, { phase }: Instance): InstanceState {
  if (phase === 'starting') return 'Starting';
  if (phase === 'stopping') return 'Stopping';
  if (role.kind !== 'promotable') return 'Started';
  return state.places[role.id]?.promoted === node ? 'Promoted' : 'Unpromoted';
}
