import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultWorldOf, renderFaults } from './chaos.js';
import { longestMs, mostFaults, schedulesFor, schedulesOfSeed, type Fault, type FaultWorld } from './schedules.js';
import { terms } from './terms.js';

const world: FaultWorld = { nodes: ['node1', 'node2', 'node3'], roles: ['web', 'db'], packages: ['app', 'kernel'], events: 400 };

test('A schedule has one to five faults, each of them in this world, bounded, and in order', () => {
  fc.assert(
    fc.property(schedulesFor(world), (faults) => {
      expect(faults.length).toBeGreaterThanOrEqual(1);
      expect(faults.length).toBeLessThanOrEqual(mostFaults);
      expect(faults.map((fault) => fault.afterEvents)).toEqual(faults.map((fault) => fault.afterEvents).toSorted((left, right) => left - right));
      for (const fault of faults) {
        expect(fault.afterEvents).toBeGreaterThanOrEqual(1);
        expect(fault.afterEvents).toBeLessThanOrEqual(world.events);
        if ('forMs' in fault) expect(fault.forMs).toBeLessThanOrEqual(longestMs);
        for (const node of nodesOf(fault)) expect(world.nodes).toContain(node);
        // At least one of three keeps its cable.
        expect(new Set(nodesOf(fault)).size).toBeLessThan(3);
        if ('role' in fault) expect(world.roles).toContain(fault.role);
        if ('name' in fault) expect(world.packages).toContain(fault.name);
      }
    }),
  );
});

test('A seed gives the same schedules again, and a larger number of them begins with the same', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 20 }), (seed, count) => {
      const schedules = schedulesOfSeed(world, seed, count);
      expect(schedules).toHaveLength(count);
      expect(schedulesOfSeed(world, seed, count)).toEqual(schedules);
      expect(schedulesOfSeed(world, seed, count + 10).slice(0, count)).toEqual(schedules);
    }),
  );
});

test('A seed that somebody wrote down gives what it gave then', () => {
  const [schedule] = schedulesOfSeed(faultWorldOf(terms.usual), 4711, 1);
  expect(renderFaults(schedule ?? [])).toBe(
    'slowStops db 271 5417 @73, refuseStop web node3 2076 @103, cutPower node3 @313, loseNode node2 4202 @391, killTemporal 3795 @543',
  );
});

test('A few hundred schedules have every kind of fault, early and late, alone and five at a time', () => {
  const schedules = schedulesOfSeed(world, 1, 300);
  const faults = schedules.flat();
  expect(new Set(faults.map((fault) => fault.kind)).size).toBe(10);
  expect(new Set(schedules.map((one) => one.length))).toEqual(new Set([1, 2, 3, 4, 5]));
  for (const share of [0, 0.25, 0.5, 0.75]) {
    const [from, to] = [share * world.events, (share + 0.25) * world.events];
    expect(faults.filter((fault) => fault.afterEvents > from && fault.afterEvents <= to).length).toBeGreaterThan(faults.length / 6);
  }
});

function nodesOf(fault: Fault): readonly string[] {
  if (fault.kind === 'cutCables') return fault.nodes;
  return 'node' in fault ? [fault.node] : [];
}
