import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptsOf } from '../helpers/scripts.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

const policies: Readonly<Record<string, string>> = {
  node1: 'nodeWorker:\n  plugins: [apt]\n',
  node2: 'nodeWorker:\n  allowRestart: false\n',
  node3: 'nodeWorker:\n  scripts: [allowed]\n',
};

let world: World;
beforeAll(async () => {
  world = await createWorld(
    { nodes: ['node1', 'node2', 'node3'], roles: [{ id: 'web', kind: 'primitive', prefers: 'node2' }] },
    { nodeConfiguration: (node) => policies[node] ?? '' },
  );
});
afterAll(() => world.stop());

describe("a node's own policy is stronger than what a run asks:", () => {
  it('a plug-in that it does not allow is not used on it, and no node is touched', async () => {
    const failure = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'] } });
    expect(failure).toMatchObject({ code: 'PluginUnavailable', message: 'The update plug-in "simulated" is not available on node1; it has: apt.' });
    for (const node of ['node1', 'node2', 'node3']) expect(await world.cluster.installLog(node)).toEqual([]);
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('a script that it does not allow is not run on it, whatever is in its directory, and no node is touched', async () => {
    await scriptsOf(world.cluster).put('other', 'true', ['node3']);
    const failure = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'], preUpdateScript: 'other' }, nodes: ['node3'] });
    expect(failure).toMatchObject({
      code: 'NotReady',
      message: '[scripts.present] node3: The policy of this node does not let a run use the script "other"; it allows: allowed.',
    });
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('a node that may not be restarted is not, says so, and serves again', async () => {
    const boot = world.cluster.bootId('node2');
    const report = await world.run({}, { nodes: ['node2'] });
    expect(report.nodes[0]).toMatchObject({
      outcome: 'Failed',
      failure: { code: 'RefusedByNode', message: 'The policy of node2 does not let a run restart it.', where: 'node2' },
      restarts: [],
      kept: null,
    });
    expect(world.cluster.bootId('node2')).toBe(boot);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});
