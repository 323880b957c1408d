import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
