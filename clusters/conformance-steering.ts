/** What every cluster driver must keep to when a run steers roles: they go where it says, stay there, and nothing of it is left. */
import { expect, test } from 'vitest';
import { decideDrained } from '../domain/drained.js';
import { leftToCluster } from '../domain/move-modes.js';
import type { RunReference } from '../domain/names.js';
import { baselineOf, placementOf } from '../domain/placement.js';
import type { ClusterDriver } from '../domain/ports/cluster-driver.js';
import { decideSettled } from '../domain/settled.js';
import { hasOnePlace, type RoleHome } from '../domain/steering.js';
import type { DriverFixture } from './conformance.js';
import { until } from './conformance-waits.js';

const soon = () => new Date(Date.now() + 3_600_000).toISOString();

/** Declares the tests. */
export function testSteering(open: () => DriverFixture, run: RunReference): void {
  const anyDriver = (...not: string[]) => open().driverOn(open().nodes.find((node) => !not.includes(node)) ?? '');

  test('tells which roles go home by themselves when their node is back', async () => {
    const cluster = await anyDriver().describe();
    const returns = await anyDriver().findReturns();
    const predicted = await anyDriver().predictMoves(open().nodes, leftToCluster);
    for (const { role, node, by } of returns) {
      const moves = predicted.find((entry) => entry.node === node)?.moves.filter((move) => move.role === role) ?? [];
      expect([role, moves.some((move) => move.when === 'return' && move.to === node)]).toEqual([role, by === 'cluster']);
    }
    expect(returns.map(({ role }) => role).toSorted()).toEqual(
      placementOf(cluster)
        .filter(({ kind, on, promoted }) => (kind === 'promotable' ? promoted.length > 0 : kind !== 'clone' && on.length > 0))
        .map(({ role }) => role)
        .toSorted(),
    );
  });

  test('a role that is steered when its node is drained goes there, stays, and leaves nothing of the run behind', async () => {
    const { role, node } = await freeRole(anyDriver());
    const witness = anyDriver(node);
    const before = await witness.describe();
    const [natural] = await witness.predictMoves([node], leftToCluster);
    const target = natural?.moves.find((move) => move.role === role)?.to ?? '';
    const preferences = await witness.chooseTargets({ node, later: [target], homes: [] });
    const wish = preferences.find((one) => one.role === role);
    expect(wish).toMatchObject({ score: 1, node: expect.not.stringMatching(new RegExp(`^(${node}|${target})$`)) });
    expect(await witness.chooseTargets({ node, later: [], homes: [] })).toEqual([]);

    const baseline = baselineOf(before);
    await witness.hold(node, run, 1, '30m', { includeStandby: false, serving: false, steering: { preferences, until: soon() } });
    const drained = await until(witness, (cluster) => decideDrained(cluster, node, run, baseline));
    expect(placeOf(drained, role)).toBe(wish?.node);
    await witness.unsteer(run, node);
    await witness.release(node, run);
    const settled = await until(witness, (cluster) => decideSettled(cluster, baseline, node));
    expect(placeOf(settled, role)).toBe(wish?.node);

    await takeHome(witness, run, [{ role, node }], 1000);
  });

  test('a release, a kept hold, a dropped lease and the next lease each take away what a run preferred', async () => {
    const { role, node } = await freeRole(anyDriver());
    const witness = anyDriver(node);
    // To stay where it is, so that nothing moves.
    const stay = { role, node, score: 1 };
    const steering = { preferences: [stay], until: soon() };
    const preferences = async () => (await anyDriver().describe()).preferences;
    const steered = async (of: string | null) => {
      await witness.steer(run, of, steering);
      await witness.steer(run, of, steering);
      expect(await preferences()).toEqual([stay]);
    };

    await witness.hold(node, run, 1, '30m', { includeStandby: false, serving: true });
    await steered(node);
    await witness.unsteer(run, node);
    expect(await preferences()).toEqual([]);
    await steered(node);
    await witness.release(node, run);
    expect(await preferences()).toEqual([]);

    await witness.takeLease(run);
    await steered(null);
    await witness.dropLease(run);
    expect(await preferences()).toEqual([]);

    await steered(null);
    await witness.takeLease(run);
    expect(await preferences()).toEqual([]);

    await witness.hold(node, run, 1, '30m', { includeStandby: false, serving: true });
    await steered(node);
    await witness.keep(node, run, 'to be looked at');
    expect(await preferences()).toEqual([]);
  });

  /** A role with one place that stays where it is when its node is back. */
  async function freeRole(driver: ClusterDriver): Promise<RoleHome> {
    const returns = await driver.findReturns();
    const found = placementOf(await driver.describe())
      .filter(hasOnePlace)
      .find(({ role }) => returns.some((one) => one.role === role && one.by === 'nobody'));
    if (found === undefined) throw new Error('the cluster has no role with one place that prefers none');
    return { role: found.role, node: found.on[0] ?? '' };
  }

  /** Back to where it was, for the tests that follow. */
  async function takeHome(driver: ClusterDriver, by: RunReference, homes: readonly RoleHome[], score: number): Promise<void> {
    const baseline = baselineOf(await driver.describe());
    await driver.steer(by, null, { preferences: homes.map((home) => ({ ...home, score })), until: soon() });
    const isHome = async () => {
      const now = await until(driver, (cluster) => decideSettled(cluster, baseline, homes[0]?.node ?? ''));
      return homes.every(({ role, node }) => placeOf(now, role) === node);
    };
    await expect.poll(isHome, { timeout: 30_000 }).toBe(true);
    await driver.unsteer(by, null);
  }
}

function placeOf(cluster: Parameters<typeof placementOf>[0], role: string): string | undefined {
  return placementOf(cluster).find((one) => one.role === role)?.on[0];
}
