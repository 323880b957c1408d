/** Predicts the moves of drains and returns in a simulated cluster: the placement decision on the states to come. */
import type { PredictedMove, PredictedNodeMoves } from '../../domain/ports/cluster-driver.js';
import type { RoleCandidates } from '../../domain/waves.js';
import type { SimulatedRole } from './model.js';
import { decidePlacement, type Places, type Scores } from './placement.js';

/** What a prediction starts from. */
export interface PredictionStart {
  readonly roles: readonly SimulatedRole[];
  /** Nodes that may run roles now, in the order of the cluster. */
  readonly eligible: readonly string[];
  /** Nodes that may run roles when they are returned, in the order of the cluster. */
  readonly returnable: readonly string[];
  readonly places: Places;
  readonly scores: Scores;
  readonly pinned: ReadonlySet<string>;
  /** Where roles cannot be started, as `<role>@<node>`. */
  readonly barred: ReadonlySet<string>;
}

/** An entry per node, in that order; each drain and return begins where the one before it ended and settled. */
export function predictMoves({ roles, eligible, returnable, places, scores, pinned, barred }: PredictionStart, order: readonly string[]): PredictedNodeMoves[] {
  let now = places;
  let open = eligible;
  const settle = (nodes: readonly string[], when: PredictedMove['when']): PredictedMove[] => {
    const before = now;
    now = decidePlacement(roles, nodes, before, scores, pinned, barred);
    open = nodes;
    return roles.flatMap((role) => moveOf(role, before, now, when));
  };
  return order.map((node) => {
    const drained = open.filter((other) => other !== node);
    const returned = returnable.filter((other) => other === node || open.includes(other));
    return { node, moves: [...settle(drained, 'drain'), ...settle(returned, 'return')] };
  });
}

/** For each role that serves: the nodes each of which could keep it serving if no other might run roles. */
export function findCandidates({ roles, eligible, places, scores, pinned, barred }: Omit<PredictionStart, 'returnable'>): RoleCandidates[] {
  const serving = roles.filter((role) => places[role.id]?.address != null);
  const alone = eligible.map((node) => ({ node, there: decidePlacement(roles, [node], places, scores, pinned, barred) }));
  return serving.map(({ id }) => ({ role: id, nodes: alone.filter(({ node, there }) => there[id]?.address === node).map(({ node }) => node) }));
}

function moveOf(role: SimulatedRole, before: Places, after: Places, when: PredictedMove['when']): PredictedMove[] {
  const from = before[role.id]?.address ?? null;
  const to = after[role.id]?.address ?? null;
  // A clone serves on while its address moves.
  if (from === null || from === to || (role.kind === 'clone' && to !== null)) return [];
  return [{ role: role.id, from, to, when, kind: to === null ? 'stop' : role.kind === 'promotable' ? 'promote' : 'move' }];
}
