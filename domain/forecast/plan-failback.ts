/** Taking roles home: the smallest preference that does it. */
import type { FailbackPlan } from '../ports/cluster-driver.js';
import type { RoleHome, RolePreference } from '../steering.js';
import { placeIn, type ImaginedCluster } from '../ports/imagined-cluster.js';

/** Pacemaker takes a million for infinity, which nothing of ours may be. */
const highestScore = 999_999;

/**
 * For each role the smallest score that takes it home and nothing else with it but roles on the way home as well; each of them stays there
 * when the preference is taken away. A role that nothing prefers to be at home was there by accident: it is left where it is, at the price of no
 * interruption.
 */
export async function planFailback(standing: ImaginedCluster, homes: readonly RoleHome[]): Promise<FailbackPlan> {
  const restless = await standing.after({ isRestless: true });
  const preferred = homes.filter(({ role, node }) => placeIn(restless, role) === node && placeIn(standing, role) !== node);
  const preferences: RolePreference[] = [];
  const stuck: string[] = [];
  for (const home of preferred) {
    const score = await smallestScore(standing, home);
    if (score !== null && (await works(standing, [...preferences, { ...home, score }], preferred))) preferences.push({ ...home, score });
    else stuck.push(home.role);
  }
  return { preferences, stuck };
}

async function smallestScore(standing: ImaginedCluster, home: RoleHome): Promise<number | null> {
  const isEnough = async (score: number) => placeIn(await standing.after({ preferences: [{ ...home, score }] }), home.role) === home.node;
  let [low, high] = [0, 1];
  while (!(await isEnough(high))) {
    if (high === highestScore) return null;
    [low, high] = [high, Math.min(high * 4, highestScore)];
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

async function works(standing: ImaginedCluster, preferences: readonly RolePreference[], homes: readonly RoleHome[]): Promise<boolean> {
  const home = await standing.after({ preferences });
  const left = await home.after({});
  const isOnItsWay = ({ role, to }: { role: string; to: string | null }) => homes.some((one) => one.role === role && one.node === to);
  return preferences.every((wish) => placeIn(left, wish.role) === wish.node) && home.moves('failback').every(isOnItsWay) && left.moves('failback').length === 0;
}
