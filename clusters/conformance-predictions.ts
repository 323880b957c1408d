/** What every cluster driver must keep to when it tells what would be. */
import { expect, test } from 'vitest';
import { leftToCluster } from '../domain/move-modes.js';
import { placementOf } from '../domain/placement.js';
import type { DriverFixture } from './conformance.js';

/** Declares the tests. */
export function testPredictions(open: () => DriverFixture): void {
  const anyDriver = () => open().driverOn(open().nodes[0] ?? '');

  test('names the nodes each of which alone could keep a role serving: where it is now, and more unless its drain would stop it', async () => {
    const { nodes: members } = open();
    const [candidates, cluster, predicted] = [
      await anyDriver().findCandidates(),
      await anyDriver().describe(),
      await anyDriver().predictMoves(members, leftToCluster),
    ];
    const stopping = predicted.flatMap(({ moves }) => moves).filter((move) => move.when === 'drain' && move.to === null);
    const serving = placementOf(cluster).filter((role) => role.on.length > 0);
    expect(candidates.map(({ role }) => role).toSorted()).toEqual(serving.map(({ role }) => role).toSorted());
    for (const { role, on, promoted } of serving) {
      const nodes = candidates.find((candidate) => candidate.role === role)?.nodes ?? [];
      expect(nodes).toEqual(expect.arrayContaining([...(promoted.length > 0 ? promoted : on)]));
      expect(members).toEqual(expect.arrayContaining([...nodes]));
      expect(nodes.length > 1).toBe(!stopping.some((move) => move.role === role));
    }
  });

  test('a prediction changes nothing', async () => {
    const before = await anyDriver().describe();
    await anyDriver().predictMoves(open().nodes, leftToCluster);
    await anyDriver().findCandidates();
    const after = await anyDriver().describe();
    expect({ ...after, witness: null }).toEqual({ ...before, witness: null });
  });
}
