import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { placementOf } from '../../domain/placement.js';
import type { PartialOptions } from '../../domain/options.js';
import type { ObservedMove, Report } from '../../domain/report.js';
import type { SimulatedRole } from '../../clusters/simulated/model.js';
import { sendHome } from '../helpers/send-home.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

const nodes = ['node1', 'node2', 'node3', 'node4'];
const roles: readonly SimulatedRole[] = [
  { id: 'web', kind: 'primitive', prefers: 'node2', stickiness: 1000 },
  { id: 'mail', kind: 'primitive' },
  { id: 'cache', kind: 'primitive' },
  { id: 'files', kind: 'primitive', prefers: 'node3' },
  { id: 'db', kind: 'promotable', prefers: 'node4', copies: ['node2', 'node4'] },
  { id: 'shop', kind: 'clone' },
];

let world: World;
beforeAll(async () => {
  world = await createWorld({ nodes, roles });
  // It starts on the first nodes that are there, and sticks to where it started.
  await sendHome(world.cluster, { nodes, roles });
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.cluster.until(({ idle, nodes: there, promotionScores }) => idle && there.every((node) => node.online) && promotionScores.length === 2);
  await world.offerNext();
});

const placeOf = (role: string) => placementOf(world.cluster.description()).find((one) => one.role === role)?.on[0];
const failbacks = ({ nodes: reports, failback = [] }: Report): ObservedMove[] =>
  [...reports.flatMap((node) => node.moves), ...failback].filter((move) => move.when === 'failback');

/** Previews it, runs it, and proves that the cluster did what the preview said and that nothing of the run is left. */
async function runAsForeseen(options: PartialOptions): Promise<{ readonly report: Report; readonly moves: number; readonly leastMoves: number }> {
  // In a given order, so that who moves how often does not hang on where roles are by then.
  const { options: effective, modes = [], plan } = await world.preview({ ...options, order: nodes });
  const { placement, failback } = effective.values;
  const mode = modes.find((one) => one.placement === placement && one.failback === failback);
  const report = await world.run({ ...options, order: nodes });
  expect(report).toMatchObject({ outcome: 'Succeeded', failure: null });
  const moves = report.roles.reduce((sum, role) => sum + role.moves, 0);
  expect(mode?.moves).toBe(moves);
  expect(plan.nodes.flatMap((node) => node.moves)).toHaveLength(moves);
  expect(modes).toHaveLength(5);
  expect(await world.brokenBy(report)).toEqual([]);
  expect(expectAtRest(world.cluster)).toEqual(atRest);
  return { report, moves, leastMoves: mode?.leastMoves ?? -1 };
}

// In this order: as long as it is taken home, "web" is where it is preferred.
describe('a role that its way home leaves down', () => {
  it('fails the run, which names it', async () => {
    await world.offerNext((updates) => updates.filter(({ name }) => name === 'app').map((update) => Object.assign(update, { endlessOn: ['node2'] })));
    const handle = await world.start({ failback: 'end', settleTimeout: '10s' }, { nodes: ['node2'] });
    await world.until(handle, (progress) => progress.nodes.some((node) => node.step === 'installing'));
    for (const node of nodes) world.cluster.refuseStart('web', node, true);
    world.cluster.endlessUpdate('node2', 'app', false);
    const report = await world.report(handle);
    // Where it may start first it stays, so that is its home.
    for (const node of ['node2', ...nodes]) world.cluster.refuseStart('web', node, false);
    expect(report).toMatchObject({ outcome: 'PartiallyFailed', failure: { code: 'RoleLost', where: 'web' } });
    expect(report.readiness).toContainEqual(expect.objectContaining({ id: 'roles.failback', severity: 'warning' }));
    expect(await world.brokenBy(report)).toEqual([]);
    await world.cluster.until(({ idle }) => idle && placeOf('web') === 'node2');
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('failback', () => {
  it('"immediate" takes a role home as soon as its node is back, though it would stay away by itself', async () => {
    const { report } = await runAsForeseen({ failback: 'immediate' });
    expect(failbacks(report)).toEqual([{ role: 'web', from: expect.any(String), to: 'node2', when: 'failback' }]);
    expect(report.nodes.find((node) => node.node === 'node2')?.moves.map((move) => move.when)).toContain('failback');
    expect(placeOf('web')).toBe('node2');
  });

  it('"end" takes it home when all nodes are done', async () => {
    const { report } = await runAsForeseen({ failback: 'end' });
    expect(report.nodes.flatMap((node) => node.moves).filter((move) => move.when === 'failback')).toEqual([]);
    expect(report.failback).toEqual([{ role: 'web', from: expect.any(String), to: 'node2', when: 'failback' }]);
    expect([placeOf('web'), placeOf('files')]).toEqual(['node2', 'node3']);
  });

  it('"cluster" leaves it where it went', async () => {
    const { report } = await runAsForeseen({ failback: 'cluster' });
    expect(failbacks(report)).toEqual([]);
    expect(placeOf('web')).not.toBe('node2');
  });
});

describe('placement fewestMoves', () => {
  it.each(['cluster', 'end'] as const)('moves every role as seldom as the bound allows, with failback %s', async (failback) => {
    const { moves, leastMoves } = await runAsForeseen({ placement: 'fewestMoves', failback });
    expect(moves).toBe(leastMoves);
  });

  it('is refused together with a failback that makes it meaningless', async () => {
    const options = { plugins: ['simulated'], placement: 'fewestMoves' };
    expect(await world.refusal({ cluster: world.name, options })).toMatchObject({ code: 'InvalidInput', where: 'options.failback' });
  });
});
