import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeBoundary } from '../../activities/boundary.js';
import { createNodeActivities, type NodeActivityDependencies } from '../../activities/node-activities.js';
import { createPluginBench } from '../../activities/plugin-bench.js';
import type { NodeActivities } from '../../domain/ports/activities.js';
import { createLedger } from '../../host/ledger.js';
import { createOccupation } from '../../host/occupation.js';
import { openReleaseMemory } from '../../host/release-memory.js';
import { exampleRun } from '../domain/example-cluster.js';

const own = { cluster: 'c1', node: 'node1' };
const asked = { ...own, run: exampleRun, pass: 1 };
const untouched = {} as never;

let directory: string;
let restarts: string[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-lost-restart-'));
  restarts = [];
});
afterEach(() => rm(directory, { recursive: true }));

/** The steps of a worker of that name on that boot; all workers of the node share its disk. */
function startWorker(name: string, bootId: string): Pick<NodeActivities, 'restartNode' | 'confirmRestarted'> {
  const activities = createNodeActivities({
    own,
    boundary: createNodeBoundary(own),
    driver: untouched,
    host: { bootId: () => Promise.resolve(bootId) } as NodeActivityDependencies['host'],
    ledger: createLedger(join(directory, 'operations')),
    plugins: createPluginBench(own, [], () => '/nowhere'),
    scripts: { directory: '/nowhere', allowed: null },
    archiveDirectory: '/nowhere',
    machineFile: null,
    allowRestart: true,
    occupation: createOccupation(() => Promise.resolve(null)),
    memory: openReleaseMemory(join(directory, 'release')),
    release: untouched,
    outlook: () => untouched,
    restartAfterReply: () => restarts.push(name),
  });
  const run =
    <Input, Output>(step: (input: Input) => Promise<Output>) =>
    (input: Input): Promise<Output> =>
      new MockActivityEnvironment({ workflowType: 'updateNode', inWorkflow: true }, { logger: new DefaultLogger('ERROR') }).run(step, input);
  return { restartNode: run(activities.restartNode), confirmRestarted: run(activities.confirmRestarted) };
}

describe('a worker that answers on the old boot although a restart was asked for', () => {
  it('does the restart that the worker before it did not come to', async () => {
    expect(await startWorker('first', 'boot1').restartNode({ ...asked, expectedBootId: 'boot1' })).toBe('restarting');
    await expect(startWorker('second', 'boot1').confirmRestarted({ ...asked, previousBootId: 'boot1' })).rejects.toThrow('still on boot boot1');
    expect(restarts).toEqual(['first', 'second']);
    expect(await startWorker('third', 'boot2').confirmRestarted({ ...asked, previousBootId: 'boot1' })).toEqual({ bootId: 'boot2' });
    expect(restarts).toEqual(['first', 'second']);
  });

  it('restarts nothing when that restart was of an earlier boot, or of another pass', async () => {
    await startWorker('first', 'boot1').restartNode({ ...asked, expectedBootId: 'boot1' });
    const next = startWorker('next', 'boot2');
    await expect(next.confirmRestarted({ ...asked, previousBootId: 'boot2' })).rejects.toThrow('still on boot boot2');
    await expect(next.confirmRestarted({ ...asked, pass: 2, previousBootId: 'boot2' })).rejects.toThrow('still on boot boot2');
    expect(restarts).toEqual(['first']);
  });
});
