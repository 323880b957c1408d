import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideOrder, inTurns } from '../../domain/order.js';
import { exampleCluster, exampleInstance, exampleNode, exampleRole, withNodes, withRoles } from './example-cluster.js';

const cluster = exampleCluster();
const names = cluster.nodes.map((node) => node.name);

/** A cluster with its nodes at these sites. */
const at = (sites: Readonly<Record<string, string>>) => withNodes(cluster, ...Object.entries(sites).map(([node, site]) => exampleNode(node, { site })));
const north = 'north';
const south = 'south';
const halves = at({ node1: north, node2: north, node3: south, node4: south });

describe('the order of nodes', () => {
  it('puts nodes with a promoted copy last, so that it is promoted once, onto an updated node', () => {
    expect(decideOrder(cluster, names, 'fewestRoles').at(-1)).toBe('node2');
  });

  it('puts nodes with the fewest roles first', () => {
    expect(decideOrder(cluster, names, 'fewestRoles')[0]).toBe('node3');
  });

  it('keeps a given list and appends the others', () => {
    expect(decideOrder(cluster, names, ['node4', 'node2'])).toEqual(['node4', 'node2', 'node3', 'node1']);
  });

  it('names every node exactly once, whatever is listed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...names, 'stranger'), { minLength: 1 }), (listed) => {
        expect(decideOrder(cluster, names, listed).toSorted()).toEqual(names.toSorted());
      }),
    );
  });
});

describe('the order by site', () => {
  it('takes the site with a promoted copy last, and within a site the usual order', () => {
    expect(decideOrder(halves, names, 'bySite')).toEqual(['node3', 'node4', 'node1', 'node2']);
  });

  it('takes the site with the fewest roles first where no copy is promoted, counting also its nodes that are not to be updated', () => {
    const unpromoted = exampleRole('db', 'promotable', [
      exampleInstance('db-srv', 'node2', { state: 'Unpromoted' }),
      exampleInstance('db-srv', 'node4', { state: 'Unpromoted' }),
    ]);
    expect(decideOrder(withRoles(halves, unpromoted), ['node1', 'node4'], 'bySite')).toEqual(['node4', 'node1']);
    const extra = exampleRole('mail', 'group', [exampleInstance('mail-a', 'node3'), exampleInstance('mail-b', 'node3')]);
    const more = exampleRole('wiki', 'primitive', [exampleInstance('wiki', 'node3')]);
    const busySouth = { ...withRoles(halves, unpromoted), roles: [...withRoles(halves, unpromoted).roles, extra, more] };
    expect(decideOrder(busySouth, ['node1', 'node4'], 'bySite')).toEqual(['node1', 'node4']);
  });

  it('takes listed sites first, in their order, and leaves out those that nobody is at', () => {
    expect(decideOrder(halves, names, { sites: ['nowhere', north] })).toEqual(['node1', 'node2', 'node3', 'node4']);
    expect(decideOrder(halves, names, { sites: [south, north] })).toEqual(['node3', 'node4', 'node1', 'node2']);
  });

  it('takes nodes without a site together, and is the usual order where no node has one', () => {
    const some = at({ node2: north, node3: south });
    const order = decideOrder(some, names, 'bySite');
    expect(Math.abs(order.indexOf('node1') - order.indexOf('node4'))).toBe(1);
    expect(decideOrder(cluster, names, 'bySite')).toEqual(decideOrder(cluster, names, 'fewestRoles'));
  });

  it('names every node once and each site in one piece, whatever sites there are and whatever is listed', () => {
    const site = fc.constantFrom(north, south, 'west', 'Zürich West');
    const places = fc.dictionary(fc.constantFrom(...names), site);
    fc.assert(
      fc.property(places, fc.array(site, { minLength: 1 }), (sites, listed) => {
        const placed = at(sites);
        for (const order of ['bySite', { sites: listed }] as const) {
          const nodes = decideOrder(placed, names, order);
          expect(nodes.toSorted()).toEqual(names.toSorted());
          const turns = inTurns(placed, nodes, order);
          expect(turns.flat()).toEqual(nodes);
          expect(new Set(turns.map(([first = '']) => sites[first])).size).toBe(turns.length);
        }
      }),
    );
  });
});

describe('turns', () => {
  it('are all nodes at once where sites do not count', () => {
    expect(inTurns(halves, names, 'fewestRoles')).toEqual([names]);
    expect(inTurns(halves, [], 'fewestRoles')).toEqual([]);
  });
});
