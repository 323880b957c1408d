import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecastOf, leastMovesOf, moveModes, type RoleReturn } from '../../domain/move-modes.js';
import type { RolePlacement } from '../../domain/placement.js';
import { decideTargets, fewestMovesFrom, type DrainsAhead } from '../../domain/steering.js';

const role = (id: string, on: string, kind = 'primitive'): RolePlacement => ({
  role: id,
  kind,
  serving: 1,
  on: [on],
  promoted: kind === 'promotable' ? [on] : [],
});
const four = ['node1', 'node2', 'node3', 'node4'];

describe('the fewest moves that are left for a role', () => {
  it.each<[string, string, DrainsAhead, number]>([
    ['none on a node that is not drained any more', 'node1', { later: ['node2', 'node3'], candidates: four, home: null }, 0],
    ['one to a node that was drained already', 'node2', { later: ['node2', 'node3'], candidates: four, home: null }, 1],
    ['two from the first of all nodes', 'node1', { later: four, candidates: four, home: null }, 2],
    ['one where a node is not drained at all', 'node1', { later: ['node1', 'node2'], candidates: four, home: null }, 1],
    ['two between its only two nodes', 'node1', { later: ['node1', 'node2'], candidates: ['node1', 'node2'], home: null }, 2],
    ['away and home at the end', 'node2', { later: ['node2'], candidates: four, home: 'node2' }, 2],
    ['none more for a home that it reaches on its way', 'node1', { later: ['node1', 'node2'], candidates: ['node1', 'node2'], home: 'node1' }, 2],
    ['one without another node: it is down meanwhile', 'node1', { later: ['node1', 'node2'], candidates: ['node1'], home: null }, 1],
  ])('%s', (_, at, ahead, expected) => {
    expect(fewestMovesFrom(at, ahead)).toBe(expected);
  });
});

describe('roles of a drained node should go', () => {
  const facts = {
    node: 'node2',
    later: ['node3', 'node4'],
    standing: [role('web', 'node2'), role('mail', 'node1')],
    unsteered: [role('web', 'node3'), role('mail', 'node1')],
    candidates: [{ role: 'web', nodes: four }],
    homes: [],
  };

  it('to a node that was drained before', () => {
    expect(decideTargets(facts)).toEqual([{ role: 'web', node: 'node1' }]);
  });

  it('where the cluster places them, where that is as good', () => {
    expect(decideTargets({ ...facts, unsteered: [role('web', 'node1')] })).toEqual([]);
    expect(decideTargets({ ...facts, node: 'node2', later: [] })).toEqual([]);
  });

  it('only where they may run', () => {
    expect(decideTargets({ ...facts, candidates: [{ role: 'web', nodes: ['node2', 'node3', 'node4'] }] })).toEqual([]);
    expect(decideTargets({ ...facts, candidates: [] })).toEqual([]);
  });

  it('to the node with the fewest of them among equals', () => {
    const standing = [role('web', 'node2'), role('cache', 'node2'), role('mail', 'node1')];
    const unsteered = [role('web', 'node3'), role('cache', 'node3'), role('mail', 'node1')];
    const candidates = ['web', 'cache'].map((id) => ({ role: id, nodes: [...four, 'node5'] }));
    expect(decideTargets({ ...facts, standing, unsteered, candidates })).toEqual([
      { role: 'web', node: 'node5' },
      { role: 'cache', node: 'node1' },
    ]);
  });

  it('nowhere by our wish when they are promoted or run on every node: a preference could promote stale data', () => {
    const standing = [role('web', 'node2', 'promotable'), role('shop', 'node2', 'clone')];
    expect(decideTargets({ ...facts, standing, unsteered: standing.map((one) => ({ ...one, on: ['node3'] })) })).toEqual([]);
  });

  it('so that over a whole run no role moves more often than it must, whatever the cluster would choose: 10,000 random runs', () => {
    const run = fc.integer({ min: 2, max: 7 }).chain((count) => {
      const nodes = Array.from({ length: count }, (_, index) => `node${index + 1}`);
      return fc.record({
        nodes: fc.constant(nodes),
        order: fc.shuffledSubarray(nodes, { minLength: 1 }),
        allowed: fc.array(fc.subarray(nodes, { minLength: 2 }), { minLength: 1, maxLength: 4 }),
        whims: fc.infiniteStream(fc.nat()),
        goesHome: fc.boolean(),
      });
    });
    fc.assert(
      fc.property(run, ({ nodes, order, allowed, whims, goesHome }) => {
        const candidates = allowed.map((some, index) => ({ role: `role${index}`, nodes: some }));
        const homes = candidates.map(({ role: id, nodes: some }) => ({ role: id, node: some[whims.next().value % some.length] ?? '' }));
        let places = homes.map(({ role: id, node }) => role(id, node));
        let moves = 0;
        for (const [index, node] of order.entries()) {
          const unsteered = places.map((place) => {
            const others = (candidates.find((one) => one.role === place.role)?.nodes ?? []).filter((other) => other !== node);
            return place.on[0] === node ? role(place.role, others[whims.next().value % others.length] ?? '') : place;
          });
          const targets = decideTargets({ node, later: order.slice(index + 1), standing: places, unsteered, candidates, homes: goesHome ? homes : [] });
          moves += places.filter((place) => place.on[0] === node).length;
          places = unsteered.map((place) => role(place.role, targets.find((one) => one.role === place.role)?.node ?? place.on[0] ?? ''));
        }
        if (goesHome) moves += places.filter((place) => place.on[0] !== homes.find((home) => home.role === place.role)?.node).length;
        const returns = homes.map((home): RoleReturn => ({ ...home, by: goesHome ? 'run' : 'nobody' }));
        const bound = { order, candidates, returns };
        const least = homes.reduce((sum, { role: id, node }) => sum + leastMovesOf({ failback: goesHome ? 'end' : 'cluster' }, role(id, node), bound), 0);
        expect(moves).toBe(least);
        expect(nodes.length).toBeGreaterThan(1);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('the moves of a mode', () => {
  const bound = { order: four, roles: [role('web', 'node1'), role('mail', 'node3')], candidates: ['web', 'mail'].map((id) => ({ role: id, nodes: four })) };
  const returning = (by: RoleReturn['by']): RoleReturn[] => [
    { role: 'web', node: 'node1', by },
    { role: 'mail', node: 'node3', by },
  ];

  it.each<[RoleReturn['by'], readonly number[]]>([
    // In the order of the modes: at once, at the end, by the cluster alone; then steered, at the end and by the cluster alone.
    ['cluster', [4, 4, 4, 4, 4]],
    ['run', [4, 4, 3, 4, 3]],
    ['nobody', [3, 3, 3, 3, 3]],
  ])('cannot be fewer where roles are taken home by %s', (by, expected) => {
    expect(moveModes.map((mode) => forecastOf(mode, [], { ...bound, returns: returning(by) }).leastMoves)).toEqual(expected);
  });

  it('are those of a role that nobody takes home where a copy is promoted elsewhere: no run ever takes it back', () => {
    const db = { ...bound, roles: [role('db', 'node4', 'promotable')], candidates: [{ role: 'db', nodes: ['node2', 'node4'] }] };
    expect(moveModes.map((mode) => forecastOf(mode, [], { ...db, returns: [{ role: 'db', node: 'node4', by: 'run' }] }).leastMoves)).toEqual([1, 1, 1, 1, 1]);
  });

  it('are counted with what interrupts: a migration does not, a restart does without being a move', () => {
    const moves = (['move', 'migrate', 'promote', 'restart', 'stop'] as const).map((kind) => ({
      role: 'web',
      from: 'node1',
      to: 'node2',
      when: 'drain' as const,
      kind,
    }));
    const [mode = { placement: 'cluster', failback: 'cluster' }] = moveModes;
    expect(forecastOf(mode, [{ node: 'node1', moves }], { ...bound, returns: [] })).toMatchObject({ moves: 4, interruptions: 4 });
  });
});
