/** What a run loses when a coordinator, or Temporal itself, is killed in the middle of it. */
import { execa } from 'execa';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { reportSchema } from '../../domain/report.js';
import { openLane, type Lane } from '../chaos/lane.js';
import type { RunEvidence } from '../chaos/evidence.js';
import { observeRun } from '../chaos/observe-run.js';
import { killNodes, runWithKill } from '../chaos/single-kill.js';
import { cauProgram } from '../helpers/compiled.js';
import type { Endings } from '../helpers/endings.js';
import { longestWait } from './stall.js';

/** A kill of the coordinator at work. */
export interface CoordinatorTrial {
  /** The event of all histories together after which it was killed. */
  readonly afterEvents: number;
  /** The longest wait for a coordinator from then on, in milliseconds. */
  readonly stallMs: number;
}

/** A kill of Temporal. */
export interface OutageTrial {
  readonly downSeconds: number;
  /** From when its process was started again, and from when it answered, until a worker's next answer was written down; milliseconds. */
  readonly goesOnAfterStartMs: number;
  readonly goesOnAfterReturnMs: number;
}

export interface FailoverResult {
  /** The longest wait of a run to which nothing happens, in milliseconds. */
  readonly inPeaceMs: number;
  readonly coordinators: readonly CoordinatorTrial[];
  readonly outages: readonly OutageTrial[];
}

const coordinatorTrials = 20;
const outageSeconds = [1, 5, 30] as const;
const patienceMs = 180_000;

/** @throws Error when a run does not succeed, or a client that follows it gives up */
export async function benchFailover(rounds: number, endings: Endings, progress: (line: string) => void): Promise<FailoverResult> {
  const lane = await openLane('failover', endings, progress);
  const peace = requireSuccess((await runWithKill(lane, null)).evidence);
  const coordinators: CoordinatorTrial[] = [];
  while (coordinators.length < coordinatorTrials) {
    // Late enough that there is a coordinator at work, early enough that there is still work.
    coordinators.push(await killCoordinator(lane, randomInt(5, Math.round(peace.events.length * 0.9))));
    progress(`failover: coordinator ${coordinators.length} of ${coordinatorTrials}: ${Math.round(coordinators.at(-1)?.stallMs ?? 0)} ms`);
  }
  const outages: OutageTrial[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const seconds of outageSeconds) {
      outages.push(await killTemporal(lane, seconds, randomInt(20, Math.round(peace.events.length * 0.7)), endings));
      progress(`failover: Temporal down for ${seconds} s: work goes on ${Math.round(outages.at(-1)?.goesOnAfterReturnMs ?? 0)} ms after its return`);
    }
  }
  return { inPeaceMs: longestWait(peace.events, 0), coordinators, outages };
}

/** Kills the coordinator that took the last decision, after that many events. */
export async function killCoordinator(lane: Lane, afterEvents: number): Promise<CoordinatorTrial> {
  let killedAt = 0;
  const evidence = await observe(lane, afterEvents, async (busy) => {
    killedAt = Date.now();
    await lane.coordinators.kill(lane.coordinators.pids().find((pid) => pid === busy) ?? lane.coordinators.pids()[0] ?? 0);
  });
  if (killedAt === 0) throw new Error('the run was over before its coordinator could be killed');
  return { afterEvents, stallMs: longestWait(evidence.events, killedAt) };
}

/** Kills Temporal and starts it again, while the command line follows the run. */
export async function killTemporal(lane: Lane, downSeconds: number, afterEvents: number, endings: Endings): Promise<OutageTrial> {
  let [startedAt, returnedAt] = [0, 0];
  const env = { TEMPORAL_ADDRESS: lane.service.address, CAU_TASK_QUEUE: lane.temporal.taskQueue };
  let following: ReturnType<typeof follow> | null = null;
  const follow = () => execa(process.execPath, [cauProgram, '--json', 'status', '--follow', lane.name], { env, stdin: 'ignore', reject: false });
  await endings.add(async () => following?.kill());
  const evidence = await observe(
    lane,
    afterEvents,
    async () => {
      await lane.service.kill();
      await delay(downSeconds * 1000);
      startedAt = Date.now();
      await lane.service.start();
      returnedAt = Date.now();
    },
    () => {
      following ??= follow();
    },
  );
  const answer = await (following as ReturnType<typeof follow> | null);
  if (answer?.exitCode !== 0) throw new Error(`who followed the run gave up: ${String(answer?.exitCode)} ${answer?.stderr ?? ''}`);
  reportSchema.parse(JSON.parse(answer.stdout));
  const next = evidence.events.filter(({ kind, at }) => /^(workflow|activity)TaskCompleted$/.test(kind) && at > startedAt).map(({ at }) => at);
  const goesOnAt = Math.min(...next);
  return { downSeconds, goesOnAfterStartMs: goesOnAt - startedAt, goesOnAfterReturnMs: Math.max(0, goesOnAt - returnedAt) };
}

/** Runs, calls `kill` once after that many events with the process that took the last decision, and waits for both. */
async function observe(lane: Lane, afterEvents: number, kill: (busy: number) => Promise<void>, onFirstEvent?: () => void): Promise<RunEvidence> {
  await lane.untilWhole();
  const version = await lane.offerNext();
  const giveUpAt = Date.now() + patienceMs;
  let killing: Promise<void> | null = null;
  let [count, busy] = [0, 0];
  const evidence = await observeRun(lane, {
    request: { nodes: [...killNodes], options: { plugins: ['simulated'] } },
    version,
    react({ event }) {
      if (count === 0) onFirstEvent?.();
      count += 1;
      const taken = event.workflowTaskStartedEventAttributes?.identity;
      if (typeof taken === 'string') busy = Number(taken.split('@')[0]);
      if (count >= afterEvents) killing ??= kill(busy);
    },
    giveUpAt: () => giveUpAt,
  });
  await (killing ?? Promise.resolve());
  return requireSuccess(evidence);
}

function requireSuccess(evidence: RunEvidence): RunEvidence {
  const { end } = evidence;
  if (end.kind === 'report' && end.report.outcome === 'Succeeded') return evidence;
  throw new Error(`the run did not succeed: ${JSON.stringify(end)}`);
}
