/** How often roles move in each mode of placing them, side by side, and how often at least. Pure. */
import type { z } from 'zod';
import { runOptionsSchema } from './options.js';
import type { RolePlacement } from './placement.js';
import type { PredictedNodeMoves } from './ports/cluster-driver.js';
import { fewestMovesFrom } from './steering.js';
import type { RoleCandidates } from './waves.js';

/** The options that decide which way roles go, and whether they are taken back. */
export const moveModeSchema = runOptionsSchema.pick({ placement: true, failback: true });
export type MoveMode = z.infer<typeof moveModeSchema>;

/** The run does nothing about it. */
export const leftToCluster: MoveMode = { placement: 'cluster', failback: 'cluster' };

/** Whether two modes, or options that have more in them, are the same mode. */
export function isSameMode(left: MoveMode, right: MoveMode): boolean {
  return left.placement === right.placement && left.failback === right.failback;
}

/** The modes that a preview compares: all that do not contradict themselves. */
export const moveModes: readonly MoveMode[] = [
  { placement: 'cluster', failback: 'immediate' },
  { placement: 'cluster', failback: 'end' },
  leftToCluster,
  { placement: 'fewestMoves', failback: 'end' },
  { placement: 'fewestMoves', failback: 'cluster' },
];

/** What a role does that was driven from its node when that is back: the cluster takes it home, a run could (it is preferred there), or it stays. */
export interface RoleReturn {
  readonly role: string;
  readonly node: string;
  readonly by: 'cluster' | 'run' | 'nobody';
}

/** What one mode would come to. */
export interface ModeForecast extends MoveMode {
  readonly moves: number;
  /** Moves that interrupt the role, and restarts; a live migration does not. */
  readonly interruptions: number;
  /** No way to place roles has fewer moves, in this order of nodes and with these returns; a promotion counts as a move. */
  readonly leastMoves: number;
}

/** The moves and interruptions of a prediction, and the bound for its mode. */
export function forecastOf(
  mode: MoveMode,
  predicted: readonly PredictedNodeMoves[],
  bound: {
    readonly order: readonly string[];
    readonly roles: readonly RolePlacement[];
    readonly candidates: readonly RoleCandidates[];
    readonly returns: readonly RoleReturn[];
  },
): ModeForecast {
  const all = predicted.flatMap(({ moves }) => moves);
  return {
    ...mode,
    moves: all.filter(({ kind }) => kind !== 'restart').length,
    interruptions: all.filter(({ kind }) => kind !== 'migrate').length,
    leastMoves: bound.roles.reduce((sum, role) => sum + leastMovesOf(mode, role, bound), 0),
  };
}

/**
 * The least number of moves of one role over the drains of all these nodes, one after another. A role that goes home whenever its
 * node is back moves away and home; any other once for each drain of the node that it is on, and home at the end where that is asked for.
 */
export function leastMovesOf(
  { failback }: Pick<MoveMode, 'failback'>,
  { role, kind, on, promoted }: RolePlacement,
  {
    order,
    candidates,
    returns,
  }: { readonly order: readonly string[]; readonly candidates: readonly RoleCandidates[]; readonly returns: readonly RoleReturn[] },
): number {
  const at = kind === 'promotable' ? promoted[0] : on[0];
  if (at === undefined || kind === 'clone') return 0;
  const nodes = candidates.find((one) => one.role === role)?.nodes ?? [];
  const found = returns.find((one) => one.role === role)?.by ?? 'nobody';
  // No run takes a promoted copy home, however much it is preferred there.
  const back = found === 'run' && kind === 'promotable' ? 'nobody' : found;
  if (back === 'cluster' || (back === 'run' && failback === 'immediate')) {
    const away = order.filter((node) => node === at).length;
    return nodes.some((node) => node !== at) ? 2 * away : away;
  }
  return fewestMovesFrom(at, { later: order, candidates: nodes, home: back === 'run' && failback === 'end' ? at : null });
}
