import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';
import type { Progress } from '../../domain/progress.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());
afterEach(() => world.untilFree());

const two = { nodes: ['node3', 'node4'] };
const only = (name: 'app' | 'kernel', endless: boolean) =>
  world.offerNext((updates) =>
    updates.filter((update) => update.name === name).map((update) => Object.assign(update, endless ? { endlessOn: ['node3'] } : {})),
  );
const isInstalling = (progress: Progress) => progress.nodes[0]?.step === 'installing';

/** Whether the timer with this summary has fired. */
async function untilRung(handle: Awaited<ReturnType<World['start']>>, summary: RegExp): Promise<void> {
  await expect
    .poll(
      async () => {
        const { events } = await handle.fetchHistory();
        const started = (events ?? []).filter((event) => summary.test(Buffer.from(event.userMetadata?.summary?.data ?? []).toString()));
        const ids = started.map((event) => event.timerStartedEventAttributes?.timerId);
        return (events ?? []).some((event) => ids.includes(event.timerFiredEventAttributes?.timerId) && event.timerFiredEventAttributes);
      },
      { timeout: 30_000 },
    )
    .toBe(true);
}

describe('a run that takes too long', () => {
  it.each([
    ['1s', 'while it works'],
    ['1ms', 'while it looks at the cluster'],
  ])('warns after warnAfter (%s, %s) and goes on', async (warnAfter) => {
    await only('app', true);
    const handle = await world.start({ warnAfter, stopAfter: '1h' }, two);
    await world.until(handle, isInstalling);
    await untilRung(handle, /warn/);
    await only('app', false);
    const report = await world.report(handle);
    expect(report.nodes.map(({ outcome }) => outcome)).not.toContain('Canceled');
    expect(report.readiness).toContainEqual(
      expect.objectContaining({ id: 'time.warnAfter', severity: 'warning', message: `The run takes longer than ${warnAfter} (warnAfter).` }),
    );
  });

  it('begins no further node after stopAfter, with the reason; the one at work finishes', async () => {
    await only('app', true);
    const handle = await world.start({ stopAfter: '20s' }, two);
    await world.until(handle, isInstalling);
    await untilRung(handle, /no further node/);
    await only('app', false);
    const [first, second] = (await world.report(handle)).nodes;
    expect(first?.outcome).not.toBe('Canceled');
    expect(second).toMatchObject({ outcome: 'Canceled', reason: 'the run has taken 20s (stopAfter)', startedAt: null });
  });

  it('ends the node at work after its step once stopGrace is over: never in the middle of an installation, and nobody stays drained', async () => {
    await only('kernel', true);
    const boot = world.cluster.bootId('node3');
    const handle = await world.start({ stopAfter: '20s', stopGrace: '500ms' }, two);
    await world.until(handle, isInstalling);
    await untilRung(handle, /end nodes at work/);
    expect((await world.until(handle, isInstalling)).nodes[0]).toMatchObject({ outcome: null });
    await only('kernel', false);
    const [first, second] = (await world.report(handle)).nodes;
    expect(first).toMatchObject({ node: 'node3', restarts: [] });
    expect(second).toMatchObject({ outcome: 'Canceled' });
    expect(world.cluster.bootId('node3')).toBe(boot);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('is told so before anything is touched when warnAfter would come too late', async () => {
    expect(await world.refusal({ cluster: world.name, options: { plugins: ['simulated'], warnAfter: '2h', stopAfter: '1h' } })).toMatchObject({
      code: 'InvalidInput',
      where: 'options.warnAfter',
      message: expect.stringContaining('must be shorter than stopAfter (1h)'),
    });
  });
});
