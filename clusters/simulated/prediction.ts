/** Predicts the moves of drains and returns in a simulated cluster: the placement decision on the states to come. */
import type { PredictedMove, PredictedNodeMoves } from '../../domain/ports/cluster-driver.js';
import type { ClusterState } from './cluster-state.js';
import { decidePlaces, type Places } from './placement.js';

/** An entry per node, in that order. */
export function predictMoves(state: ClusterState, order: readonly string[]): PredictedNodeMoves[] {
  const { roles } = state.settings;
  const eligible = state.eligible();
  let places = state.places;
  const next = (nodes: readonly string[], when: PredictedMove['when']): PredictedMove[] => {
    const before = places;
    places = decidePlaces(roles, nodes, before, state.scores);
    return roles.flatMap((role) => moveOf(role.id, role.kind, before, places, when));
  };
  return order.map((node) => ({
    node,
    moves: [
      ...next(
        eligible.filter((other) => other !== node),
        'drain',
      ),
      ...next(eligible, 'return'),
    ],
  }));
}

function moveOf(role: string, kind: string, before: Places, after: Places, when: PredictedMove['when']): PredictedMove[] {
  const from = before[role]?.address ?? null;
  const to = after[role]?.address ?? null;
  if (from === null || from === to || kind === 'clone') return [];
  return [{ role, from, to, when, kind: to === null ? 'stop' : kind === 'promotable' ? 'promote' : 'move' }];
}
