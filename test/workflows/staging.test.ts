import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientFailure } from '../../client/failures.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

describe('a version that leaves the package sources between scan and staging', () => {
  it('is not waited for: the nodes are scanned anew, and what is offered then is installed', async () => {
    await world.cluster.offer([{ name: 'app', version: '1.2', gone: true }]);
    const handle = await world.start();
    await world.until(handle, (progress) => progress.wait?.reason.includes('app for node') === true);
    await world.cluster.offer([{ name: 'app', version: '1.3' }]);
    const report = await world.report(handle);
    expect(report.outcome).toBe('Succeeded');
    for (const node of report.nodes) expect(node.updates).toEqual([{ name: 'app', from: '1.0', to: '1.3', outcome: 'succeeded' }]);
  });

  it('ends the run before any node is touched when the sources never have what they list', async () => {
    await world.cluster.offer([{ name: 'app', version: '1.4', gone: true }]);
    expect(await world.refusal({ cluster: world.name, options: { plugins: ['simulated'] } })).toMatchObject({
      code: 'StageFailed',
      message: expect.stringMatching(/offer app and do not have it, also after 5 scans/),
    });
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
    for (const node of ['node1', 'node2', 'node3', 'node4'])
      expect(await world.cluster.installLog(node)).not.toContainEqual(expect.objectContaining({ version: '1.4' }));
  });
});

describe('package sources that fail', () => {
  it('are waited for in view, before any node is touched, and the run goes on when they answer again', async () => {
    await world.cluster.offer([{ name: 'app', version: '1.5', refusedTo: ['node2'] }]);
    const handle = await world.start();
    const { phase, wait } = await world.until(handle, (progress) => progress.wait?.kind === 'sources');
    expect(phase).toMatch(/^(checking|scanning)$/);
    expect(wait?.reason).toBe('the package sources of node2 fail: the mirror refuses to answer, as it was told to');
    await world.cluster.offer([{ name: 'app', version: '1.5' }]);
    expect((await world.report(handle)).outcome).toBe('Succeeded');
  });

  it('are not waited for by a preview: it says at once whose they are, and why', async () => {
    await world.cluster.offer([{ name: 'app', version: '1.6', refusedTo: ['node3'] }]);
    const failure = clientFailure(await world.preview().catch((error: unknown) => error));
    expect(failure).toMatchObject({ code: 'ScanFailed', message: 'node3: the mirror refuses to answer, as it was told to' });
  });

  it('keep no node drained for long when they fail after its updates', async () => {
    await world.cluster.offer([{ name: 'app', version: '1.7' }]);
    const handle = await world.start({}, { nodes: ['node1'] });
    await world.until(handle, (progress) => progress.nodes.some(({ node, step }) => node === 'node1' && step === 'installing'));
    await world.cluster.offer([{ name: 'app', version: '1.7', refusedTo: ['node1'] }]);
    const { nodes } = await world.until(handle, (progress) => progress.nodes.some(({ wait }) => wait?.kind === 'sources'));
    const { wait } = nodes.find(({ node }) => node === 'node1') ?? {};
    expect(Date.parse(wait?.until ?? '') - Date.parse(wait?.since ?? '')).toBe(60_000);
    await world.cluster.offer([{ name: 'app', version: '1.7' }]);
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Succeeded', installed: 1 });
  });
});
