/** A run in which one thing is killed once, at a given event of its histories. */
import { nodeQueue } from '../../domain/names.js';
import type { RunEvidence } from './evidence.js';
import type { SeenEvent } from '../../histories/follow.js';
import type { Lane } from './lane.js';
import type { Moment } from './moments.js';
import { observeRun } from './observe-run.js';
import { setTimeout as delay } from 'node:timers/promises';

export const victims = ['coordinator', 'nodeWorker', 'temporal'] as const;
/** The coordinator or the node worker that is at work, or Temporal, which is started again after 3 s. */
export type Victim = (typeof victims)[number];

export interface Kill {
  readonly victim: Victim;
  readonly moment: Moment;
}

export interface KilledRun {
  readonly evidence: RunEvidence;
  /** Who was killed; null when the run was over before the event came. */
  readonly killed: string | null;
}

const temporalDownMs = 3000;
const patienceMs = 180_000;

/** A run to which nothing happens, for its events. */
export async function runInPeace(lane: Lane): Promise<RunEvidence> {
  return (await runWithKill(lane, null)).evidence;
}

/** Runs, kills and waits for the end. */
export async function runWithKill(lane: Lane, kill: Kill | null): Promise<KilledRun> {
  await lane.untilWhole();
  const version = await lane.offerNext();
  const giveUpAt = Date.now() + patienceMs;
  const seen: SeenEvent[] = [];
  let killing: Promise<string> | null = null;
  const evidence = await observeRun(lane, {
    request: { nodes: [...lane.terms.killNodes], options: lane.terms.options },
    version,
    react(event) {
      seen.push(event);
      if (kill === null || killing !== null || event.workflow !== kill.moment.workflow || event.id < kill.moment.event) return;
      killing = strike(lane, kill, seen);
    },
    giveUpAt: () => giveUpAt,
  });
  return { evidence, killed: await (killing ?? Promise.resolve(null)) };
}

/** Who was killed. Temporal is back when this resolves. */
async function strike(lane: Lane, { victim, moment }: Kill, seen: readonly SeenEvent[]): Promise<string> {
  switch (victim) {
    case 'coordinator': {
      const pids = lane.coordinators.pids();
      const busy = coordinatorAtWork(seen, moment.workflow);
      const pid = pids.find((one) => one === busy) ?? pids[0];
      if (pid === undefined) throw new Error('no coordinator is there to be killed');
      await lane.coordinators.kill(pid);
      return pid === busy ? 'the coordinator at work' : 'a coordinator';
    }
    case 'nodeWorker': {
      const node = nodeAtWork(lane, seen, moment.workflow);
      await lane.cluster.killWorker(node).catch(() => null);
      return `the worker of ${node}`;
    }
    case 'temporal':
      await lane.service.kill();
      await delay(temporalDownMs);
      await lane.service.start();
      return 'Temporal';
  }
}

/** The process that took this history's last workflow task. */
function coordinatorAtWork(seen: readonly SeenEvent[], workflow: string): number | null {
  const last = seen.findLast((event) => event.workflow === workflow && event.kind === 'workflowTaskStarted');
  return last === undefined ? null : Number(last.event.workflowTaskStartedEventAttributes?.identity?.split('@')[0]);
}

/** The node that was given this history's last step; before any, the node that the history is about. */
function nodeAtWork({ name, terms: { killNodes } }: Lane, seen: readonly SeenEvent[], workflow: string): string {
  const queues = seen
    .filter((event) => event.workflow === workflow && event.kind === 'activityTaskScheduled')
    .map((event) => event.event.activityTaskScheduledEventAttributes?.taskQueue?.name ?? '');
  const prefix = nodeQueue(name, '');
  const last = queues.findLast((queue) => queue.startsWith(prefix))?.slice(prefix.length);
  return last ?? killNodes.find((node) => node === workflow) ?? killNodes[0] ?? '';
}
