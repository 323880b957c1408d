import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyRun } from '../../client/verify.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld({ nodes: ['node1'], roles: [{ id: 'web', kind: 'primitive' }] });
});
afterAll(() => world.stop());

describe('a cluster of a single node', () => {
  it('is refused before anything is touched, unless an outage is allowed', async () => {
    const failure = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'] } });
    expect(failure).toMatchObject({ code: 'NotReady', where: 'nodes.alone', message: expect.stringContaining('node1 is the only node that can run roles') });
    expect(failure.remedy).toContain('allowOutage');
  });

  it('is updated and restarted with allowOutage; its role is down meanwhile and back at the end, and all records agree', async () => {
    const boot = world.cluster.bootId('node1');
    const report = await world.run({ allowOutage: true });
    expect(report.nodes[0]).toMatchObject({ outcome: 'Succeeded', installed: 4, notes: [expect.stringContaining('Role "web" has no other place')] });
    expect(report.nodes[0]?.restarts).toEqual([{ from: boot, to: world.cluster.bootId('node1'), reasons: expect.any(Array) }]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
    const { findings } = await verifyRun(world.temporal, { cluster: world.name, workflowId: report.run.workflowId });
    expect(findings.flatMap(({ broken }) => broken)).toEqual([]);
  });
});
