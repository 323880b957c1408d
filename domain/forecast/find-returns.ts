/** What each role does when the node that it was driven from is back. */
import type { RoleReturn } from '../move-modes.js';
import { placeIn, type ImaginedCluster } from '../ports/imagined-cluster.js';

/** For each role with a place of its own: whether the cluster takes it home, or a run could since it is preferred there, or it stays away. */
export async function findReturns(standing: ImaginedCluster): Promise<RoleReturn[]> {
  const placed = standing.placement.flatMap(({ role, kind }) => {
    const node = placeIn(standing, role);
    return node === null || kind === 'clone' ? [] : [{ role, node }];
  });
  const returns: RoleReturn[] = [];
  for (const node of standing.open.filter((one) => placed.some((place) => place.node === one))) {
    const away = await standing.after({ away: [node] });
    const [returned, restless] = [await away.after({}), await away.after({ isRestless: true })];
    for (const { role } of placed.filter((place) => place.node === node)) {
      const isHome = (state: ImaginedCluster) => placeIn(state, role) === node;
      returns.push({ role, node, by: isHome(returned) ? 'cluster' : isHome(restless) ? 'run' : 'nobody' });
    }
  }
  return returns;
}
