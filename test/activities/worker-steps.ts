/** The steps of a node worker, called as Temporal would, on a directory that stands for the disk of the node. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { join } from 'node:path';
import { createNodeBoundary } from '../../activities/boundary.js';
import { createNodeActivities, type NodeActivityDependencies } from '../../activities/node-activities.js';
import { createPluginBench } from '../../activities/plugin-bench.js';
import type { NodeActivities } from '../../domain/ports/activities.js';
import { createLedger } from '../../host/ledger.js';
import { createOccupation } from '../../host/occupation.js';
import { openReleaseMemory } from '../../host/release-memory.js';

export const own = { cluster: 'c1', node: 'node1' };

const untouched = {} as never;

/** What a test gives a worker of the node; what it does not give must not be needed. */
export interface WorkerParts {
  readonly directory: string;
  readonly bootId: string;
  readonly driver?: Partial<NodeActivityDependencies['driver']>;
  restartAfterReply?(): void;
}

export const memoryIn = (directory: string) => openReleaseMemory(join(directory, 'release'));

export function workerSteps({ directory, bootId, driver = {}, restartAfterReply = () => undefined }: WorkerParts): NodeActivities {
  const activities = createNodeActivities({
    own,
    boundary: createNodeBoundary(own),
    driver: driver as NodeActivityDependencies['driver'],
    host: { bootId: () => Promise.resolve(bootId) } as NodeActivityDependencies['host'],
    ledger: createLedger(join(directory, 'operations')),
    plugins: createPluginBench(own, [], () => '/nowhere'),
    scripts: { directory: '/nowhere', allowed: null },
    archiveDirectory: '/nowhere',
    machineFile: null,
    allowRestart: true,
    occupation: createOccupation(() => Promise.resolve(null)),
    memory: memoryIn(directory),
    release: untouched,
    outlook: () => untouched,
    restartAfterReply,
  });
  const run = (step: (input: never) => Promise<unknown>) => (input: never) =>
    new MockActivityEnvironment({ workflowType: 'updateNode', inWorkflow: true }, { logger: new DefaultLogger('ERROR') }).run(step, input);
  return Object.fromEntries(
    Object.entries(activities).map(([name, step]) => [name, run(step as (input: never) => Promise<unknown>)]),
  ) as unknown as NodeActivities;
}
