import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { createNodeBoundary } from '../../activities/boundary.js';
import { createClusterActivities, createIntroductionActivities } from '../../activities/cluster-activities.js';
import { createNodeActivities, type NodeActivityDependencies } from '../../activities/node-activities.js';
import { createPluginBench } from '../../activities/plugin-bench.js';
import { createOccupation } from '../../host/occupation.js';
import { exampleRun } from '../domain/example-cluster.js';

/** Refusals are what these tests are about; they need not be logged as well. */
const quiet = { logger: new DefaultLogger('ERROR') };

const own = { cluster: 'c1', node: 'node1' };
const boundary = createNodeBoundary(own);
const touched: string[] = [];
/** Stands for everything behind the door; whoever gets that far is noticed. */
const room = (name: string): never =>
  new Proxy(
    {},
    {
      get: (_target, part) => () => {
        touched.push(`${name}.${String(part)}`);
        return Promise.reject(new Error('touched'));
      },
    },
  ) as never;
const driver = room('driver');
const activities: Readonly<Record<string, unknown>> = {
  ...createIntroductionActivities({ boundary, driver }),
  ...createClusterActivities({ boundary, driver }),
  ...createNodeActivities({
    own,
    boundary,
    driver,
    host: room('host'),
    ledger: room('ledger'),
    plugins: createPluginBench(own, [], () => '/nowhere'),
    scripts: { directory: '/nowhere', allowed: ['quiesce'] },
    archiveDirectory: '/nowhere',
    machineFile: null,
    allowRestart: true,
    occupation: createOccupation(() => Promise.resolve(null)),
    memory: room('memory'),
    release: room('release'),
    outlook: () => room('outlook'),
    restartAfterReply: () => touched.push('restart'),
  } satisfies NodeActivityDependencies),
};

const operation = { ...own, run: exampleRun, pass: 1, plugin: 'apt', updates: [] };
const watch = { ...own, condition: 'drained', watched: 'node2', run: exampleRun, patienceMs: 0 };
/** What a run asks, in order. */
const inputs: Readonly<Record<string, object>> = {
  introduceCluster: { cluster: 'c1' },
  describeCluster: own,
  predictMoves: { ...own, order: ['node1'] },
  findCandidates: own,
  findReturns: own,
  chooseTargets: { ...own, drained: 'node2', later: [], homes: [] },
  planFailback: { ...own, homes: [] },
  steerRoles: { ...own, run: exampleRun, of: 'node2', steering: { preferences: [], until: '2026-01-01T00:00:00.000Z' } },
  unsteerRoles: { ...own, run: exampleRun, of: null },
  takeLease: { ...own, run: exampleRun, releaseAfter: '30m' },
  dropLease: { ...own, run: exampleRun },
  holdNode: { ...own, held: 'node2', run: exampleRun, limit: 1, releaseAfter: '30m' },
  releaseNode: { ...own, held: 'node2', run: exampleRun },
  keepNode: { ...own, held: 'node2', run: exampleRun, reason: 'to be looked at' },
  watchCluster: watch,
  identifyNode: own,
  scanNode: { ...own, plugins: ['apt'] },
  stageUpdates: { ...own, updates: [] },
  installUpdates: operation,
  repairPackages: operation,
  verifyUpdates: { ...own, updates: [] },
  examineScripts: { ...own, scripts: ['quiesce'] },
  runHook: { ...own, run: exampleRun, phase: 'preUpdate', script: 'quiesce', timeout: '1m' },
  watchGate: { ...own, run: exampleRun, gate: { name: 'shop', kind: 'http', url: 'http://127.0.0.1:1/' }, patienceMs: 0, leftMs: 0 },
  stopClusterStack: { ...own, run: exampleRun, releaseAfter: '30m' },
  startClusterStack: own,
  findStrayResources: own,
  restartNode: { ...own, run: exampleRun, pass: 1, expectedBootId: 'b1' },
  confirmRestarted: { ...own, run: exampleRun, pass: 1, previousBootId: 'b1' },
  probeRoles: { ...own, probes: [{ role: 'web', http: 'http://127.0.0.1:1/', every: '50ms' }] },
  collectEvidence: { ...own, run: exampleRun, since: '2026-01-01T00:00:00.000Z' },
  archiveReport: { ...own, run: exampleRun, report: {} },
  recallNodeTimes: own,
  describeRelease: own,
  endHold: { ...own, run: exampleRun, why: 'a test', evenKept: false },
};

async function ask(name: string, input: unknown, info: { workflowType?: string; inWorkflow?: boolean } = {}): Promise<unknown> {
  touched.length = 0;
  const environment = new MockActivityEnvironment({ workflowType: 'updateNode', inWorkflow: true, activityType: name, ...info }, quiet);
  return environment.run(activities[name] as (value: unknown) => Promise<unknown>, input);
}

describe('a node worker', () => {
  it('has no activity that is not tried here', () => {
    expect(Object.keys(activities).toSorted()).toEqual(Object.keys(inputs).toSorted());
  });

  it.each(Object.entries(inputs))('refuses %s before it does anything: for another cluster or node, with a field too many, by others', async (name, input) => {
    const refusals: [object, { workflowType?: string; inWorkflow?: boolean }, string][] = [
      [{ ...input, cluster: 'c2' }, {}, 'WrongNode'],
      [{ ...input, command: 'rm -rf /' }, {}, 'InvalidInput'],
      [input, { workflowType: 'updatingRun2' }, 'ForbiddenCaller'],
      [input, { inWorkflow: false }, 'ForbiddenCaller'],
      ...('node' in input ? ([[{ ...input, node: 'node2' }, {}, 'WrongNode']] as [object, object, string][]) : []),
    ];
    for (const [asked, info, type] of refusals) {
      await expect(ask(name, asked, info), type).rejects.toMatchObject({ type, nonRetryable: true });
      expect(touched).toEqual([]);
    }
  });

  it.each(['scanNode', 'stageUpdates', 'installUpdates', 'repairPackages', 'verifyUpdates'])(
    'uses no plug-in in %s that its own policy does not allow',
    async (name) => {
      const update = {
        name: 'app',
        plugin: 'apt',
        from: '1',
        to: '2',
        origin: 'o',
        security: false,
        sizeBytes: 1,
        restart: 'notExpected',
        clusterStack: false,
      };
      await expect(ask(name, name === 'scanNode' ? inputs[name] : { ...inputs[name], updates: [update] })).rejects.toMatchObject({ type: 'PluginUnavailable' });
      expect(touched).toEqual([]);
    },
  );

  it.each([
    ['a path for a name', 'holdNode', { held: '../../etc' }],
    ['a name that ends an XPath', 'releaseNode', { held: "n1']/.." }],
    ['a probe of a file', 'probeRoles', { probes: [{ role: 'web', http: 'file:///etc/shadow', every: '50ms' }] }],
    ['a plug-in that is a path', 'installUpdates', { plugin: '/tmp/evil' }],
    ['a hook that is a path', 'runHook', { script: '../../bin/sh' }],
    ['a hook that is a command', 'runHook', { script: 'quiesce; reboot' }],
    ['a gate whose script is a path', 'watchGate', { gate: { name: 'shop', kind: 'command', script: '/bin/sh' } }],
    ['a gate of a file', 'watchGate', { gate: { name: 'shop', kind: 'http', url: 'file:///etc/shadow' } }],
    ['a gate with a password in its address', 'watchGate', { gate: { name: 'shop', kind: 'http', url: 'http://ops:secret@127.0.0.1/' } }],
    ['more passes than any run has', 'installUpdates', { pass: 1_000_000 }],
  ])('refuses %s', async (_title, name, changes) => {
    await expect(ask(name, { ...inputs[name], ...changes })).rejects.toMatchObject({ type: 'InvalidInput' });
    expect(touched).toEqual([]);
  });
});
