/** What a run would do to roles, thought through with the rules of the simulated cluster. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCandidates } from '../../../domain/forecast/find-candidates.js';
import { findReturns } from '../../../domain/forecast/find-returns.js';
import { forecastMoves } from '../../../domain/forecast/forecast-moves.js';
import { planFailback } from '../../../domain/forecast/plan-failback.js';
import { imagineCluster, type StandingCluster } from '../../../clusters/simulated/imagined-cluster.js';
import type { SimulatedRole } from '../../../clusters/simulated/model.js';
import { forecastOf, moveModes, type MoveMode } from '../../../domain/move-modes.js';

const nodes = ['node1', 'node2', 'node3', 'node4'];

function standing(roles: readonly SimulatedRole[], places: Readonly<Record<string, string>>, barred: readonly string[] = []): StandingCluster {
  return {
    roles,
    eligible: nodes,
    places: Object.fromEntries(roles.map(({ id }) => [id, { on: [places[id] ?? 'node1'], promoted: null, address: places[id] ?? 'node1' }])),
    scores: {},
    pinned: new Set(),
    barred: new Set(barred),
    preferences: [],
  };
}

const free = (id: string): SimulatedRole => ({ id, kind: 'primitive' });
const sticky: SimulatedRole = { id: 'web', kind: 'primitive', prefers: 'node1', preference: 100, stickiness: 1000 };

async function forecast(cluster: StandingCluster, mode: MoveMode, order = nodes) {
  const imagined = imagineCluster(cluster);
  const [predicted, candidates, returns] = [await forecastMoves(imagined, order, mode), await findCandidates(imagined), await findReturns(imagined)];
  return { predicted, ...forecastOf(mode, predicted, { order, roles: imagined.placement, candidates, returns }) };
}

describe('in thought', () => {
  it('a sticky role that is preferred at home goes home at once, at the end, or not at all, by the smallest preference that takes it there', async () => {
    const cluster = standing([sticky, free('mail')], { web: 'node1', mail: 'node4' });
    const homeward = async (mode: MoveMode, order = ['node1', 'node2']) => {
      const { predicted } = await forecast(cluster, mode, order);
      return predicted.map(({ moves }) => moves.filter((move) => move.role === 'web').map(({ when, to }) => `${when} ${to}`));
    };
    expect(await homeward({ placement: 'cluster', failback: 'immediate' })).toEqual([['drain node2', 'failback node1'], []]);
    expect(await homeward({ placement: 'cluster', failback: 'cluster' })).toEqual([['drain node2'], ['drain node1']]);
    expect(await homeward({ placement: 'cluster', failback: 'end' })).toEqual([['drain node2'], ['drain node1']]);
    expect(await homeward({ placement: 'fewestMoves', failback: 'end' }, ['node1', 'node4'])).toEqual([['drain node2'], ['failback node1']]);
    const away = imagineCluster({ ...cluster, places: { ...cluster.places, web: { on: ['node3'], promoted: null, address: 'node3' } } });
    expect(await planFailback(away, [{ role: 'web', node: 'node1' }])).toEqual({ preferences: [{ role: 'web', node: 'node1', score: 901 }], stuck: [] });
  });

  it('a role that was somewhere by accident is not taken back: that would cost an interruption for nothing', async () => {
    const away = imagineCluster(standing([free('mail')], { mail: 'node3' }));
    expect(await planFailback(away, [{ role: 'mail', node: 'node1' }])).toEqual({ preferences: [], stuck: [] });
  });

  it('no mode ever moves roles less often than the bound says, and fewestMoves reaches it: 3,000 random clusters', async () => {
    const anyRole = (id: string) =>
      fc.record({ isSticky: fc.boolean(), prefers: fc.option(fc.constantFrom(...nodes), { nil: undefined }), at: fc.constantFrom(...nodes) }).map((drawn) => ({
        at: drawn.prefers ?? drawn.at,
        role: {
          id,
          kind: 'primitive' as const,
          ...(drawn.prefers === undefined ? {} : { prefers: drawn.prefers }),
          ...(drawn.isSticky ? { stickiness: 1000 } : {}),
        },
      }));
    const anyCluster = fc.record({
      roles: fc.tuple(anyRole('a'), anyRole('b'), anyRole('c')),
      order: fc.shuffledSubarray(nodes, { minLength: 1 }),
      barred: fc.subarray(['a@node1', 'b@node2', 'c@node3']),
    });
    await fc.assert(
      fc.asyncProperty(anyCluster, async ({ roles, order, barred }) => {
        fc.pre(roles.every(({ role, at }) => !barred.includes(`${role.id}@${at}`)));
        const cluster = standing(
          roles.map(({ role }) => role),
          Object.fromEntries(roles.map(({ role, at }) => [role.id, at])),
          barred,
        );
        for (const mode of moveModes) {
          const { moves, leastMoves } = await forecast(cluster, mode, order);
          expect({ mode, moves }).toEqual({ mode, moves: mode.placement === 'fewestMoves' ? leastMoves : Math.max(moves, leastMoves) });
        }
      }),
      { numRuns: 3000 },
    );
  });
});
