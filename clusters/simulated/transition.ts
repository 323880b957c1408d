/** What has to be done so that roles are where they should be. Pure but for the state it reads. */
import type { ClusterState } from './cluster-state.js';
import { nowhere, type RolePlace } from './placement.js';

/** The steps of one role: first all stops, then all starts, then its place is `target`. */
export interface RoleTransition {
  readonly role: string;
  readonly stops: readonly string[];
  readonly starts: readonly string[];
  readonly target: RolePlace;
}

/** The transitions that are needed now; none when everything is where it should be. */
export function planTransitions(state: ClusterState): RoleTransition[] {
  const targets = state.target();
  const pinned = state.pinned();
  return state.settings.roles.flatMap(({ id }) => {
    const target = targets[id] ?? nowhere;
    const transition = { role: id, target, ...(pinned.has(id) ? { stops: isolatedInstances(state, id), starts: [] } : changes(state, id, target)) };
    const isSettled = transition.stops.length + transition.starts.length === 0 && isSamePlace(state.places[id] ?? nowhere, target);
    return isSettled ? [] : [transition];
  });
}

function changes(state: ClusterState, role: string, { on }: RolePlace): Pick<RoleTransition, 'stops' | 'starts'> {
  const instances = state.instances.get(role);
  const nodes = [...(instances?.keys() ?? [])];
  return {
    // Nobody can stop anything on a node that is lost: it has to be fenced first.
    stops: [
      ...nodes.filter((node) => !on.includes(node) && !state.member(node).isUnclean),
      ...isolatedInstances(state, role).filter((node) => state.member(node).isUnclean),
    ],
    starts: on.filter((node) => instances?.has(node) !== true),
  };
}

/** A node that is cut off and alone without quorum stops its roles by itself (`no-quorum-policy=stop`). */
function isolatedInstances(state: ClusterState, role: string): string[] {
  const isAlone = (node: string) => state.member(node).isCut && state.member(node).isPowered;
  return state.members.size === 2 ? [] : [...(state.instances.get(role)?.keys() ?? [])].filter((node) => isAlone(node) && !state.isBlocked(role, node));
}

function isSamePlace(left: RolePlace, right: RolePlace): boolean {
  const isSameOn = left.on.length === right.on.length && left.on.every((node) => right.on.includes(node));
  return isSameOn && left.promoted === right.promoted && left.address === right.address;
}
