import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PartialOptions } from '../../domain/options.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';
import { pairsOf } from '../helpers/worked-together.js';

const sites = { node1: 'north', node2: 'south', node3: 'north', node4: 'south', node5: 'south' } as const;
const nodes = Object.keys(sites) as (keyof typeof sites)[];

let world: World;
beforeAll(async () => {
  world = await createWorld({ nodes });
  for (const node of nodes) world.cluster.setSite(node, sites[node]);
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.cluster.until(({ idle, nodes: there, promotionScores }) => idle && there.every((node) => node.online) && promotionScores.length === 2);
  // Without a restart, since only the order counts here.
  await world.offerNext((updates) => updates.filter(({ name }) => name === 'app'));
});

describe('an order by site', () => {
  it('updates all nodes of one site before those of the next, the site with the promoted copy last, as the preview says', async () => {
    const { plan } = await world.preview({ order: 'bySite' });
    const report = await world.run({ order: 'bySite' });
    expect(report.outcome).toBe('Succeeded');
    const order = begunIn(report);
    expect(order.map((node) => sites[node])).toEqual(['north', 'north', 'south', 'south', 'south']);
    expect(plan.nodes.map(({ node, site }) => [node, site])).toEqual(order.map((node) => [node, sites[node]]));
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('begins with the site that is listed, and never has nodes of two sites away at once', async () => {
    const options: PartialOptions = { order: { sites: ['south'] }, maxParallelNodes: 2 };
    const { plan } = await world.preview(options);
    const waves = [1, 2, 3, 4].map((wave) => plan.nodes.filter((node) => node.wave === wave).map(({ site }) => site));
    expect(waves).toEqual([['south', 'south'], ['south'], ['north', 'north'], []]);
    const report = await world.run(options);
    expect(report.outcome).toBe('Succeeded');
    expect(begunIn(report).map((node) => sites[node])).toEqual(['south', 'south', 'south', 'north', 'north']);
    const pairs = pairsOf(report).map((pair) => pair.split(' ').map((node) => sites[node as keyof typeof sites]));
    expect(pairs.length).toBeGreaterThanOrEqual(1);
    expect(pairs.filter(([one, other]) => one !== other)).toEqual([]);
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('warns where a node has no site, and takes it all the same', async () => {
    world.cluster.setSite('node5', null);
    const report = await world.run({ order: 'bySite' });
    world.cluster.setSite('node5', sites.node5);
    expect(report.outcome).toBe('Succeeded');
    expect(report.readiness).toContainEqual(expect.objectContaining({ id: 'nodes.site', message: expect.stringContaining('node5 has no site') }));
  });
});

const begunIn = (report: Awaited<ReturnType<World['run']>>) =>
  report.nodes.toSorted((left, right) => (left.startedAt ?? '').localeCompare(right.startedAt ?? '', 'en')).map(({ node }) => node as keyof typeof sites);
