/** The preferences with which a node should be drained: those that the cluster itself would follow, and that do no harm. */
import type { RolePlacement } from '../placement.js';
import type { PlannedDrain } from '../ports/cluster-driver.js';
import { decideTargets, type RolePreference } from '../steering.js';
import type { RoleCandidates } from '../waves.js';
import { findCandidates } from './find-candidates.js';
import { placeIn, type ImaginedCluster } from '../ports/imagined-cluster.js';

/**
 * The least that there is: it decides between nodes that are the same to the cluster, and gives way to whatever an administrator
 * prefers.
 */
const tieBreaker = 1;

/**
 * Preferences under which roles of the drained node go where they have to move least, stay there when the preferences are taken away,
 * and when the node is back; and under which nothing moves that would not move anyway. What does not work is left to the cluster. A role that is
 * steered makes room, or takes it, so that the others are looked at again.
 * @param later the nodes that are drained after it, in their order
 * @param homes roles that are taken home at the end of the run; none where they stay
 * @param known the candidates of the roles, where whoever asks knows them already
 */
export async function chooseTargets(
  standing: ImaginedCluster,
  { node, later, homes }: PlannedDrain,
  known?: readonly RoleCandidates[],
): Promise<RolePreference[]> {
  const candidates = known ?? (await findCandidates(standing));
  const unsteered = await standing.after({ away: [node] });
  const works = (preferences: readonly RolePreference[]) => workOut(standing, node, preferences, unsteered.placement);
  const tried = new Set<string>();
  let accepted: readonly RolePreference[] = [];
  for (let seen: ImaginedCluster = unsteered; ; seen = await standing.after({ away: [node], preferences: accepted })) {
    const wishes = decideTargets({ node, later, standing: standing.placement, unsteered: seen.placement, candidates, homes })
      .filter(({ role }) => !tried.has(role))
      .map((wish) => ({ ...wish, score: tieBreaker }));
    if (wishes.length === 0) return [...accepted];
    for (const { role } of wishes) tried.add(role);
    accepted = await acceptable(accepted, wishes, works);
  }
}

/** All of the wishes together with those before, or as many as work. */
async function acceptable(
  accepted: readonly RolePreference[],
  wishes: readonly RolePreference[],
  works: (preferences: readonly RolePreference[]) => Promise<boolean>,
): Promise<readonly RolePreference[]> {
  if (await works([...accepted, ...wishes])) return [...accepted, ...wishes];
  let some = accepted;
  if (wishes.length > 1) for (const wish of wishes) if (await works([...some, wish])) some = [...some, wish];
  return some;
}

async function workOut(standing: ImaginedCluster, node: string, preferences: readonly RolePreference[], unsteered: readonly RolePlacement[]): Promise<boolean> {
  const drained = await standing.after({ away: [node], preferences });
  const left = await drained.after({ away: [node] });
  const returned = await left.after({});
  const stays = (state: ImaginedCluster) => preferences.every((wish) => placeIn(state, wish.role) === wish.node);
  return [drained, left, returned].every(stays) && left.moves('drain').length === 0 && isNoWorse(standing.placement, unsteered, drained.placement);
}

/** Whatever moved under the preferences would have moved without them, and whatever served on serves on. */
function isNoWorse(standing: readonly RolePlacement[], unsteered: readonly RolePlacement[], steered: readonly RolePlacement[]): boolean {
  const words = (roles: readonly RolePlacement[], role: string) => {
    const place = roles.find((one) => one.role === role);
    return JSON.stringify([place?.on, place?.promoted]);
  };
  return standing.every(({ role, kind }) => {
    const [was, alone, is] = [standing, unsteered, steered].map((roles) => words(roles, role));
    const serves = (roles: readonly RolePlacement[]) => (roles.find((one) => one.role === role)?.on.length ?? 0) > 0;
    const isMovedAnyway = was !== alone;
    return (is === alone || (isMovedAnyway && kind !== 'promotable' && kind !== 'clone')) && (serves(steered) || !serves(unsteered));
  });
}
