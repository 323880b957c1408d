import { Temporal } from 'temporal-polyfill';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { previewRun } from '../../client/runs.js';
import { renderPreview } from '../../client/reports/preview-text.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());
afterEach(() => world.untilFree());

const timeZone = 'Europe/Zurich';
/** The window that closes so many minutes from now, as somebody in Zurich writes it: to the minute, rounded up. */
const closingIn = (minutes: number, start?: number) => {
  const local = (count: number) =>
    Temporal.Now.zonedDateTimeISO(timeZone)
      .add({ minutes: count + 1 })
      .toPlainDateTime()
      .toString({ smallestUnit: 'minute' });
  return { ...(start === undefined ? {} : { start: local(start) }), end: local(minutes), timeZone };
};
const two = { nodes: ['node3', 'node4'] };
const onlyApp = () => world.offerNext((updates) => updates.filter((update) => update.name === 'app'));

describe('a run with a maintenance window', () => {
  it('begins no node that is not expected to fit, and says why; nothing is touched', async () => {
    await onlyApp();
    const report = await world.report(await world.start({ window: closingIn(5) }, two));
    expect(report.outcome).toBe('Canceled');
    for (const node of report.nodes)
      expect(node.reason).toMatch(
        /^the maintenance window \(until .* Europe\/Zurich\) closes at .*Z, in .*; the node is expected to take 20 min 0 s \(a guess, since no earlier report tells\)$/,
      );
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('learns from earlier reports how long nodes take, so that they fit; the preview shows when it closes and what fits', async () => {
    await onlyApp();
    expect((await world.run({}, two)).outcome).toBe('Succeeded');
    await world.untilFree();
    await onlyApp();
    const window = closingIn(5);
    const preview = await previewRun(world.temporal, { cluster: world.name, options: { plugins: ['simulated'], window }, ...two });
    expect(preview.window).toMatchObject({
      opensAt: null,
      closesAt: expect.stringMatching(/Z$/),
      nodes: [
        { node: 'node3', doneAt: expect.any(String) },
        { node: 'node4', doneAt: expect.any(String) },
      ],
    });
    expect(renderPreview(preview, false)).toMatch(
      /Maintenance window until .* Europe\/Zurich: closes at .*Z\n {2}node3 is expected to be done at .*: .* \(2 earlier updates of all nodes: median .*\)/,
    );
    const report = await world.report(await world.start({ window }, two));
    expect(report.nodes.map(({ outcome }) => outcome)).toEqual(['Succeeded', 'Succeeded']);
  });

  it('does the nodes that fit and leaves those that do not', async () => {
    const version = await onlyApp();
    expect((await world.run({}, { nodes: ['node4'] })).outcome).toBe('Succeeded');
    await world.untilFree();
    // Only node4 has the app that reveals the kernel, and nobody has ever restarted here.
    const more = [
      { name: 'agent', version },
      { name: 'kernel', version, restart: true, revealedBy: { name: 'app', version } },
    ];
    await world.cluster.offer(more);
    const report = await world.report(await world.start({ window: closingIn(5) }, two));
    expect(report.nodes.map(({ node, outcome }) => [node, outcome])).toEqual([
      ['node3', 'Succeeded'],
      ['node4', 'Canceled'],
    ]);
    expect(report.nodes[1]?.reason).toMatch(/expected to take 10 min .*, and 10 min 0 s as a guess for its restart\)$/);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('waits until it opens, and can be stopped meanwhile', async () => {
    await onlyApp();
    const handle = await world.start({ window: closingIn(300, 60) }, two);
    const waits = await world.until(handle, (progress) => progress.phase === 'awaitingWindow' && progress.wait !== null);
    expect(waits.wait).toMatchObject({ kind: 'window', reason: expect.stringMatching(/the maintenance window .* opens/), next: 'nodes are begun' });
    expect(waits.nodes.every(({ startedAt }) => startedAt === null)).toBe(true);
    expect(await world.say(handle, 'stop', { reason: 'not tonight' })).toMatchObject({ accepted: true });
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Canceled', reason: 'stopped by a test: not tonight' });
  });

  it('in a time zone that nobody knows is refused before anything is touched', async () => {
    const options = { plugins: ['simulated'], window: { end: '06:00', timeZone: 'Europe/Atlantis' } };
    expect(await world.refusal({ cluster: world.name, options })).toMatchObject({ code: 'InvalidInput', where: 'options.window.timeZone' });
  });
});

const dayIn = (days: number) => Temporal.Now.plainDateISO('UTC').add({ days }).toString();

describe('a run with blackouts', () => {
  const blackout = (from: number, until: number) => ({ from: dayIn(from), until: dayIn(until), timeZone: 'UTC', reason: 'year end' });

  it('is refused on one of their days, with the end of it, before anything is touched', async () => {
    await onlyApp();
    const options = { plugins: ['simulated'], blackouts: [blackout(-1, 1)] };
    expect(await world.refusal({ cluster: world.name, options })).toMatchObject({
      code: 'Blackout',
      where: 'options.blackouts',
      message: expect.stringMatching(/in the blackout of .* UTC \(year end\), which ends at .*T00:00:00.000Z/),
    });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('updates nodes before them, and the preview says until when', async () => {
    await onlyApp();
    const options = { plugins: ['simulated'], blackouts: [blackout(2, 9)] };
    const preview = await previewRun(world.temporal, { cluster: world.name, options, ...two });
    expect(renderPreview(preview, false)).toMatch(/Maintenance window until the blackout of .* UTC \(year end\): closes at .*T00:00:00.000Z\n/);
    const report = await world.report(await world.start({ blackouts: [blackout(2, 9)] }, two));
    expect(report.outcome).toBe('Succeeded');
  });
});
