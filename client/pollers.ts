/** Who polls which task queue: the workers that are there. */
import { setTimeout as delay } from 'node:timers/promises';
import { CauError } from '../domain/errors.js';
import { clusterQueue, nodeQueue } from '../domain/names.js';
import type { TemporalClient } from './connection.js';

const lookMs = 100;

/** Temporal's numbers of the kinds of a task queue (temporal.api.enums.v1.TaskQueueType). */
const kinds = { workflow: 1, activity: 2 } as const;

/** Whether anybody polls the queue, or did in the last minutes. */
export async function hasPollers({ client, namespace }: TemporalClient, queue: string, kind: keyof typeof kinds): Promise<boolean> {
  const answer = await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: queue }, taskQueueType: kinds[kind] });
  return (answer.pollers ?? []).length > 0;
}

/** Who would be missing if a run of the cluster started now on that task queue, a sentence each; empty when all are there. */
export async function findAbsent(temporal: TemporalClient, taskQueue: string, cluster: string): Promise<string[]> {
  const [coordinators, nodeWorkers] = await Promise.all([hasPollers(temporal, taskQueue, 'workflow'), hasPollers(temporal, clusterQueue(cluster), 'activity')]);
  return [
    ...(coordinators ? [] : [`no Update Coordinator works on task queue "${taskQueue}" now; its runs would wait for one`]),
    ...(nodeWorkers ? [] : [`no node worker of cluster "${cluster}" polls Temporal at ${temporal.address} now; its runs would be refused`]),
  ];
}

/** Waits until a coordinator and the worker of every named node are there. @throws CauError `NodeUnreachable` */
export async function untilWorkersPoll(temporal: TemporalClient, cluster: string, nodes: readonly string[], timeoutMs = 60_000): Promise<void> {
  const queues = [
    [temporal.taskQueue, 'workflow'],
    [clusterQueue(cluster), 'activity'],
    ...nodes.map((node) => [nodeQueue(cluster, node), 'activity'] as const),
  ] as const;
  const giveUpAt = Date.now() + timeoutMs;
  for (const [queue, kind] of queues) {
    while (!(await hasPollers(temporal, queue, kind))) {
      if (Date.now() > giveUpAt) throw new CauError('NodeUnreachable', `Nobody works on task queue "${queue}" after ${timeoutMs / 1000} s.`, { where: queue });
      await delay(lookMs);
    }
  }
}
