/** What every driver says of where nodes stand: what their operators said, and nothing else. */
import { expect, test } from 'vitest';
import { findNode, type ClusterSight } from '../domain/cluster.js';
import type { RunReference } from '../domain/names.js';
import type { Verdict } from '../domain/verdict.js';
import { verdictOf } from '../domain/verdict.js';
import type { DriverFixture } from './conformance.js';
import { until } from './conformance-waits.js';

/** Declares the tests. */
export function testSites(open: () => DriverFixture, run: RunReference): void {
  const site = 'north wing';
  const isThere =
    (node: string, wanted: string | undefined) =>
    (cluster: ClusterSight): Verdict =>
      verdictOf(findNode(cluster, node)?.site === wanted ? [] : [`the site of ${node} is ${findNode(cluster, node)?.site ?? 'not known'}`]);

  test('tells the site of a node in the words of its operator, whoever holds it, and nothing of a node without one', async () => {
    const fixture = open();
    const [first = '', second = ''] = fixture.nodes;
    const other = fixture.driverOn(second);
    await fixture.setSite(first, site);
    await other.hold(first, run, 1);
    for (const node of fixture.nodes) await until(fixture.driverOn(node), isThere(first, site));
    await other.release(first, run);
    const { nodes } = await other.describe();
    expect(nodes.map((node) => node.site)).toEqual(nodes.map(({ name }) => (name === first ? site : undefined)));
    await fixture.setSite(first, null);
    for (const node of fixture.nodes) await until(fixture.driverOn(node), isThere(first, undefined));
  });
}
