/** What would be in a simulated cluster: its own placement decision on the states to come. */
import type { PredictedMove } from '../../domain/ports/cluster-driver.js';
import type { ImaginedCluster, ImaginedTerms } from '../../domain/ports/imagined-cluster.js';
import type { SimulatedRole } from './model.js';
import { decidePlacement, nowhere, type PlacementLimits, type Places, type Scores } from './placement.js';

/** What is known of the cluster as it stands. */
export interface StandingCluster extends Required<PlacementLimits> {
  readonly roles: readonly SimulatedRole[];
  /** Nodes that may run roles now, in the order of the cluster. */
  readonly eligible: readonly string[];
  readonly places: Places;
  readonly scores: Scores;
}

/** The cluster once what it is about to do anyway is done. */
export function imagineCluster(cluster: StandingCluster): ImaginedCluster {
  return toImagined(cluster, settle(cluster, cluster.places, {}));
}

/** Places at rest, on the nodes that took roles. */
interface Settled {
  readonly places: Places;
  readonly open: readonly string[];
}

function settle(
  { roles, eligible, scores, ...limits }: StandingCluster,
  from: Places,
  { away = [], preferences = [], isRestless = false }: ImaginedTerms,
): Settled {
  const open = eligible.filter((node) => !away.includes(node));
  const known = isRestless ? roles.map((role) => ({ ...role, stickiness: 0 })) : roles;
  return { open, places: decidePlacement(known, open, from, scores, { ...limits, preferences: [...limits.preferences, ...preferences] }) };
}

function toImagined(cluster: StandingCluster, at: Settled): ImaginedCluster {
  const { roles } = cluster;
  return {
    placement: roles.map(({ id, kind }) => {
      const { on, promoted } = at.places[id] ?? nowhere;
      return { role: id, kind, serving: on.length, on, promoted: promoted === null ? [] : [promoted] };
    }),
    wanted: new Set(roles.map((role) => role.id)),
    open: at.open,
    after(terms) {
      const next = settle(cluster, at.places, terms);
      return Promise.resolve({
        ...toImagined(cluster, next),
        moves: (when) => roles.flatMap((role) => moveOf(role, at.places, next.places, when)),
      });
    },
  };
}

function moveOf(role: SimulatedRole, before: Places, after: Places, when: PredictedMove['when']): PredictedMove[] {
  const from = before[role.id]?.address ?? null;
  const to = after[role.id]?.address ?? null;
  // A clone serves on while its address moves.
  if (from === null || from === to || (role.kind === 'clone' && to !== null)) return [];
  return [{ role: role.id, from, to, when, kind: to === null ? 'stop' : role.kind === 'promotable' ? 'promote' : 'move' }];
}
