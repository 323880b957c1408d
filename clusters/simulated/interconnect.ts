/** The interconnect of a simulated cluster: what a machine may ask of the cluster, answered as that node sees it. */
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterDescription } from '../../domain/cluster.js';
import type { Duration } from '../../domain/duration.js';
import { CauError } from '../../domain/errors.js';
import type { RunReference } from '../../domain/names.js';
import { changesSince, type ClusterChange } from '../../domain/records.js';
import type { MoveMode } from '../../domain/move-modes.js';
import type { FailbackPlan, HoldTerms, PlannedDrain, PredictedNodeMoves } from '../../domain/ports/cluster-driver.js';
import type { RoleHome, RolePreference, Steering } from '../../domain/steering.js';
import { chooseTargets } from '../../domain/forecast/choose-targets.js';
import { findCandidates } from '../../domain/forecast/find-candidates.js';
import { findReturns } from '../../domain/forecast/find-returns.js';
import { forecastMoves } from '../../domain/forecast/forecast-moves.js';
import type { ImaginedCluster } from '../../domain/ports/imagined-cluster.js';
import { planFailback } from '../../domain/forecast/plan-failback.js';
import type { ClusterState } from './cluster-state.js';
import {
  preferencesAt,
  requireConfigured,
  withHold,
  withKept,
  withLease,
  withoutHold,
  withoutLease,
  withoutSteering,
  withSteering,
  type Configuration,
} from './configuration.js';
import { removeMember } from './fencing.js';
import { imagineCluster, type StandingCluster } from './imagined-cluster.js';
import { serveVerbs } from './local-call.js';
import { requireQuorum, type Member } from './members.js';
import type { SimulatedTimings } from './model.js';
import { describeAs } from './view.js';

/** Every request says which machine, on which boot, sends it. */
interface FromNode<T> {
  readonly node: string;
  readonly bootId: string;
  readonly input: T;
}

interface AboutNode {
  readonly node: string;
  readonly run: RunReference;
}

interface Steered {
  readonly run: RunReference;
  readonly of: string | null;
}

/** Opens the interconnect on a socket. */
export async function openInterconnect(state: ClusterState, socket: string, timings: SimulatedTimings): Promise<Server> {
  /** A change by a node that has quorum, or `NoQuorumHere`. */
  const changing =
    <T>(next: (now: Configuration, input: T) => Configuration) =>
    ({ node, input }: FromNode<T>): boolean => {
      requireQuorum(state.members, node);
      return state.configure('run', (now) => next(now, input));
    };
  /** A question of a node that has quorum, about what would be. */
  const thinking =
    <T, R>(think: (standing: ImaginedCluster, input: T) => Promise<R>) =>
    ({ node, input }: FromNode<T>): Promise<R> => {
      requireQuorum(state.members, node);
      return think(imagineCluster(standingCluster(state)), input);
    };
  return serveVerbs(socket, {
    booted: ({ node, bootId }: FromNode<null>) => boot(state, node, bootId),
    join: ({ node }: FromNode<null>) => join(state, state.member(node), timings),
    leave: ({ node }: FromNode<null>) => leave(state, state.member(node)),
    isMember: ({ node }: FromNode<null>) => state.member(node).stack === 'running',
    describe: ({ node }: FromNode<null>): { version: number; description: ClusterDescription } => ({
      version: state.currentVersion,
      description: describeAs(state, node),
    }),
    history: ({ input }: FromNode<string>): ClusterChange[] => changesSince(state.log.read(), input),
    wait: ({ input }: FromNode<{ version: number | null; timeoutMs: number }>) => state.waitForOther(input.version, input.timeoutMs),
    known: ({ node }: FromNode<null>): string[] => [...state.instances].filter(([, instances]) => instances.has(node)).map(([role]) => role),
    predict: thinking<{ order: readonly string[]; mode: MoveMode }, PredictedNodeMoves[]>((standing, { order, mode }) => {
      for (const one of order) requireConfigured(state.configuration, one);
      return forecastMoves(standing, order, mode);
    }),
    candidates: thinking(findCandidates),
    returns: thinking(findReturns),
    targets: thinking<PlannedDrain, RolePreference[]>((standing, drain) => chooseTargets(standing, drain)),
    failback: thinking<readonly RoleHome[], FailbackPlan>(planFailback),
    steer: changing<Steered & { steering: Steering }>((now, { run, of, steering }) => withSteering(now, run, of, steering)),
    unsteer: changing<Steered>((now, { run, of }) => withoutSteering(now, run, of)),
    takeLease: changing<{ run: RunReference; releaseAfter: Duration }>((now, { run, releaseAfter }) => withLease(now, run, releaseAfter)),
    dropLease: changing<RunReference>(withoutLease),
    hold: changing<AboutNode & { limit: number; releaseAfter: Duration; terms?: HoldTerms }>((now, { node, run, limit, releaseAfter, terms }) =>
      withHold(now, node, run, limit, releaseAfter, terms),
    ),
    release: changing<AboutNode>((now, { node, run }) => withoutHold(now, node, run)),
    keep: changing<AboutNode & { reason: string }>((now, { node, run, reason }) => withKept(now, node, run, reason)),
  });
}

function standingCluster(state: ClusterState): StandingCluster {
  const { places, scores } = state;
  return {
    roles: state.settings.roles,
    eligible: state.eligible(),
    places,
    scores,
    pinned: state.pinned(),
    barred: state.barred(),
    preferences: preferencesAt(state.configuration, new Date()),
  };
}

function boot(state: ClusterState, name: string, bootId: string): void {
  const member = state.member(name);
  // Back before its loss was noticed: what ran on the boot before is gone for certain.
  if (member.stack !== 'stopped') removeMember(state, member);
  Object.assign(member, { bootId, isPowered: true });
  state.tell();
}

async function join(state: ClusterState, member: Member, timings: SimulatedTimings): Promise<void> {
  if (member.stack !== 'stopped') return;
  const { bootId } = member;
  Object.assign(member, { stack: 'joining', expectedUp: true });
  state.tell();
  await delay(timings.joinMs);
  if (member.bootId !== bootId || !member.isPowered || !isJoining(member)) return;
  member.stack = 'running';
  state.tell();
}

const isJoining = (member: Member) => member.stack === 'joining';

/**
 * Leaves in order: first the roles, then the membership. @throws CauError `RestartBlocked` when a role cannot be
 * stopped; the node then stays a member.
 */
async function leave(state: ClusterState, member: Member): Promise<void> {
  if (member.stack === 'stopped') return;
  Object.assign(member, { stack: 'leaving', expectedUp: false });
  state.tell();
  while (hasManagedInstances(state, member.name)) {
    const version = state.currentVersion;
    const blocked = state.failedStops.find((failed) => failed.node === member.name);
    if (blocked !== undefined) {
      Object.assign(member, { stack: 'running', expectedUp: true });
      state.tell();
      throw new CauError('RestartBlocked', `The cluster stack of ${member.name} does not stop: "${blocked.role}" refuses to stop there.`, {
        where: blocked.role,
      });
    }
    await state.waitForOther(version, 1000);
  }
  if (member.isCut && member.isUnclean) member.stack = 'stopped';
  else removeMember(state, member);
}

/** Roles that the cluster is told to leave alone stay where they are when the stack stops. */
function hasManagedInstances(state: ClusterState, node: string): boolean {
  const { maintenanceMode, unmanaged } = state.configuration;
  return !maintenanceMode && [...state.instances].some(([role, instances]) => instances.has(node) && !unmanaged.includes(role));
}
