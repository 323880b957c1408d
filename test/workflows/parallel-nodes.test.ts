import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../domain/progress.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';
import { pairsOf } from '../helpers/worked-together.js';

const nodes = ['node1', 'node2', 'node3', 'node4', 'node5'];

let world: World;
beforeAll(async () => {
  world = await createWorld({
    nodes,
    roles: [
      { id: 'web', kind: 'primitive', prefers: 'node1' },
      { id: 'db', kind: 'promotable', prefers: 'node2', copies: ['node2', 'node4'] },
      { id: 'shop', kind: 'clone' },
    ],
  });
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.cluster.until(({ idle, nodes: there, promotionScores }) => idle && there.every((node) => node.online) && promotionScores.length === 2);
  await world.offerNext();
});

const atWork = ({ nodes: all }: Progress) => all.filter((node) => node.step !== null && node.outcome === null).map((node) => node.node);

describe('maxParallelNodes', () => {
  it('works on two of five nodes at once, never on the only two with a copy of a role, and every update is installed once', async () => {
    const report = await world.run({ maxParallelNodes: 2 });
    expect(report).toMatchObject({ outcome: 'Succeeded' });
    expect(report.nodes.map((node) => node.outcome)).toEqual(nodes.map(() => 'Succeeded'));
    const pairs = pairsOf(report);
    expect(pairs.length).toBeGreaterThanOrEqual(2);
    expect(pairs).not.toContain('node2 node4');
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('is shown in the preview as waves, in which no two nodes are that a role needs', async () => {
    const { plan } = await world.preview({ maxParallelNodes: 2 });
    const waves = [1, 2, 3].map((wave) => plan.nodes.filter((node) => node.wave === wave).map((node) => node.node));
    expect(waves.map((wave) => wave.length)).toEqual([2, 2, 1]);
    expect(waves.every((wave) => !(wave.includes('node2') && wave.includes('node4')))).toBe(true);
  });

  it('takes one at a time after a failure', async () => {
    await world.offerNext((updates) => updates.filter(({ name }) => name === 'app').map((update) => Object.assign(update, { failsOn: ['node5'] })));
    const report = await world.run({ maxParallelNodes: 2, maxFailedNodes: 1, maxRetriesPerNode: 0, order: ['node5', 'node3'] });
    expect(report.nodes.find((node) => node.node === 'node5')?.outcome).toBe('Failed');
    // Who was begun beside it before it failed is a matter of moments; that no pair comes after it is not.
    expect(pairsOf(report).filter((pair) => !pair.split(' ').includes('node5'))).toEqual([]);
    expect(await world.brokenBy(report)).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('takes one at a time while another member is away: its vote is missing already', async () => {
    world.cluster.neverComesBack('node5');
    await world.cluster.crash('node5');
    await world.cluster.until((cluster) => cluster.idle && cluster.nodes.some((node) => node.name === 'node5' && !node.online && !node.unclean));
    const handle = await world.start({ maxParallelNodes: 2 });
    const isHeldBack = ({ step, detail }: Progress['nodes'][number]) =>
      step === null && /^not yet: .*votes would be left without node\d and node\d/.test(detail);
    await world.until(handle, (progress) => atWork(progress).length === 1 && progress.nodes.some(isHeldBack));
    const report = await world.report(handle);
    world.cluster.powerOn('node5');
    expect(report.nodes.filter((node) => node.outcome === 'Succeeded')).toHaveLength(4);
    expect(pairsOf(report)).toEqual([]);
    expect(report.readiness).toContainEqual(expect.objectContaining({ id: 'plan.waves', message: expect.stringContaining('votes would be left') }));
    expect(await world.brokenBy(report)).toEqual([]);
  });

  it('stops both nodes after their step, and begins none after them', async () => {
    await world.offerNext((updates) => updates.filter(({ name }) => name === 'app').map((update) => Object.assign(update, { endlessOn: nodes })));
    const handle = await world.start({ maxParallelNodes: 2 });
    const both = atWork(await world.until(handle, (progress) => progress.nodes.filter((node) => node.step === 'installing').length === 2));
    await world.say(handle, 'stop', { after: 'step' });
    for (const node of both) world.cluster.endlessUpdate(node, 'app', false);
    const report = await world.report(handle);
    for (const node of nodes) world.cluster.endlessUpdate(node, 'app', false);
    expect(report.outcome).toBe('Canceled');
    expect(
      report.nodes
        .filter((node) => node.startedAt !== null)
        .map((node) => node.node)
        .toSorted(),
    ).toEqual(both.toSorted());
    expect(report.nodes.every((node) => node.outcome === 'Canceled' || node.outcome === 'Succeeded')).toBe(true);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('begins the others only when the first is approved, where that is asked for', async () => {
    const handle = await world.start({ maxParallelNodes: 2, approval: 'firstNode' });
    const progress = await world.until(handle, ({ phase }) => phase === 'awaitingApproval');
    expect(progress.nodes.filter((node) => node.outcome === 'Succeeded')).toHaveLength(1);
    await world.say(handle, 'approve');
    const report = await world.report(handle);
    expect(report.outcome).toBe('Succeeded');
    expect(pairsOf(report).length).toBeGreaterThanOrEqual(1);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});
