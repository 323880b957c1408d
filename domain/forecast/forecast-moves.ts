/** The moves of a whole run in thought: drain, return and failback of each node, one after another, in the ways of its mode. */
import type { MoveMode } from '../move-modes.js';
import type { PredictedMove, PredictedNodeMoves } from '../ports/cluster-driver.js';
import { hasOnePlace, type RoleHome } from '../steering.js';
import { chooseTargets } from './choose-targets.js';
import { findCandidates } from './find-candidates.js';
import { findReturns } from './find-returns.js';
import { placeIn, type ImaginedCluster } from '../ports/imagined-cluster.js';
import { planFailback } from './plan-failback.js';

/**
 * An entry per node, in that order of nodes; each drain begins where the one before it ended and settled. A node that takes no roles now moves
 * none. What is taken home at the end of the run stands with the last node.
 */
export async function forecastMoves(standing: ImaginedCluster, order: readonly string[], { placement, failback }: MoveMode): Promise<PredictedNodeMoves[]> {
  const steers = placement === 'fewestMoves';
  const candidates = steers ? await findCandidates(standing) : [];
  const homes = homesIn(standing);
  const returning = steers && failback === 'end' ? (await findReturns(standing)).filter(({ by }) => by === 'run') : [];
  const predicted: { readonly node: string; readonly moves: PredictedMove[] }[] = [];
  let now = standing;
  for (const [index, node] of order.entries()) {
    const moves: PredictedMove[] = [];
    predicted.push({ node, moves });
    if (!now.open.includes(node)) continue;
    const leaving = homesIn(now).filter((home) => home.node === node);
    const ahead = { node, later: order.slice(index + 1), homes: returning };
    const preferences = steers ? await chooseTargets(now, ahead, candidates) : [];
    const drained = await now.after({ away: [node], preferences });
    const returned = await drained.after({});
    moves.push(...drained.moves('drain'), ...returned.moves('return'));
    now = failback === 'immediate' ? await goHome(returned, leaving, moves) : returned;
  }
  if (failback === 'end') await goHome(now, homes, predicted.at(-1)?.moves ?? []);
  return predicted;
}

function homesIn({ placement }: ImaginedCluster): RoleHome[] {
  return placement.filter(hasOnePlace).map(({ role, on }) => ({ role, node: on[0] ?? '' }));
}

async function goHome(now: ImaginedCluster, homes: readonly RoleHome[], moves: PredictedMove[]): Promise<ImaginedCluster> {
  const abroad = homes.filter(({ role, node }) => placeIn(now, role) !== node);
  if (abroad.length === 0) return now;
  const { preferences } = await planFailback(now, abroad);
  if (preferences.length === 0) return now;
  const home = await now.after({ preferences });
  moves.push(...home.moves('failback'));
  return home.after({});
}
