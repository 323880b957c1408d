/** What a run loses when a coordinator, or Temporal itself, is killed in the middle of it. */
import { execa } from 'execa';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { reportSchema, type Report } from '../../domain/report.js';
import { openLane, type Lane } from '../chaos/lane.js';
import type { RunEvidence } from '../chaos/evidence.js';
import { observeRun } from '../chaos/observe-run.js';
import { runWithKill } from '../chaos/single-kill.js';
import { terms } from '../chaos/terms.js';
import { cauProgram } from '../helpers/compiled.js';
import type { Endings } from '../helpers/endings.js';
import { longestWait } from './stall.js';

/** When something is killed: so long after the run's first event, or at once after so many events of all its histories. */
export type KillMoment = { readonly afterMs: number } | { readonly afterEvents: number };

/** A kill of the coordinator that took the last decision. */
export interface CoordinatorTrial {
  readonly moment: KillMoment;
  /** The longest wait for a coordinator from then on, in milliseconds. */
  readonly stallMs: number;
  /** What was waited for then. */
  readonly waitedFor: string;
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
  /** At random moments. */
  readonly coordinators: readonly CoordinatorTrial[];
  /** Right after an event of the run: often with a decision in hand, which nobody else gets before its time is over. */
  readonly deciding: readonly CoordinatorTrial[];
  readonly outages: readonly OutageTrial[];
}

const coordinatorTrials = 20;
const decidingTrials = 10;
/** Of a run: early enough that there is work left. */
const shareOfRun = 0.7;
const outageSeconds = [1, 5, 30] as const;
const patienceMs = 180_000;

/** @throws Error when a run does not succeed, or a client that follows it gives up */
export async function benchFailover(rounds: number, endings: Endings, progress: (line: string) => void): Promise<FailoverResult> {
  const lane = await openLane('failover', terms.usual, endings, progress);
  const { events } = requireSuccess((await runWithKill(lane, null)).evidence);
  const inPeaceMs = longestWait(events, 0).ms;
  progress(`failover: in peace: ${Math.round(inPeaceMs)} ms`);
  const lengthMs = (events.at(-1)?.at ?? 0) - (events[0]?.at ?? 0);
  const tryAll = async (what: string, count: number, choose: () => KillMoment) => {
    const trials: CoordinatorTrial[] = [];
    while (trials.length < count) {
      const trial = await killCoordinator(lane, choose());
      // A run that was quicker than the first one was over before its kill.
      if (trial === null) continue;
      trials.push(trial);
      progress(`failover: coordinator, ${what}: ${trials.length} of ${count}: ${Math.round(trial.stallMs)} ms (${trial.waitedFor})`);
    }
    return trials;
  };
  const coordinators = await tryAll('at a random moment', coordinatorTrials, () => ({ afterMs: randomInt(Math.round(lengthMs * shareOfRun)) }));
  const deciding = await tryAll('right after an event', decidingTrials, () => ({ afterEvents: randomInt(5, Math.round(events.length * shareOfRun)) }));
  const outages: OutageTrial[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const seconds of outageSeconds) {
      outages.push(await killTemporal(lane, seconds, { afterMs: randomInt(Math.round(lengthMs * shareOfRun)) }, endings));
      progress(`failover: Temporal down for ${seconds} s: work goes on ${Math.round(outages.at(-1)?.goesOnAfterReturnMs ?? 0)} ms after its return`);
    }
  }
  return { inPeaceMs, coordinators, deciding, outages };
}

/** Kills the coordinator that took the last decision. Null when the run was over before that. */
export async function killCoordinator(lane: Lane, moment: KillMoment): Promise<CoordinatorTrial | null> {
  let killedAt = 0;
  const evidence = await observe(lane, moment, async (busy) => {
    killedAt = Date.now();
    await lane.coordinators.kill(lane.coordinators.pids().find((pid) => pid === busy) ?? lane.coordinators.pids()[0] ?? 0);
  });
  if (killedAt === 0) return null;
  const { ms, what } = longestWait(evidence.events, killedAt);
  return { moment, stallMs: ms, waitedFor: what };
}

/** Kills Temporal and starts it again, while the command line follows the run. @throws Error when that gives up */
export async function killTemporal(lane: Lane, downSeconds: number, moment: KillMoment, endings: Endings): Promise<OutageTrial> {
  let [startedAt, returnedAt] = [0, 0];
  let follower: Follower | null = null;
  await endings.add(async () => follower?.end());
  const evidence = await observe(
    lane,
    moment,
    async () => {
      await follower?.heard;
      await lane.service.kill();
      await delay(downSeconds * 1000);
      startedAt = Date.now();
      await lane.service.start();
      returnedAt = Date.now();
    },
    (workflowId) => {
      follower = startFollower(lane, workflowId);
    },
  );
  await (follower as Follower | null)?.report();
  const next = evidence.events.filter(({ kind, at }) => /^(workflow|activity)TaskCompleted$/.test(kind) && at > startedAt).map(({ at }) => at);
  if (startedAt === 0 || next.length === 0) throw new Error('the run was over before Temporal could be killed');
  const goesOnAt = Math.min(...next);
  return { downSeconds, goesOnAfterStartMs: goesOnAt - startedAt, goesOnAfterReturnMs: Math.max(0, goesOnAt - returnedAt) };
}

/** The command line as it follows a run. */
interface Follower {
  /** Resolves when it has said something of the run, or ended. */
  readonly heard: Promise<unknown>;
  /** The report that it gave in the end. @throws Error when it gave none */
  report(): Promise<Report>;
  end(): void;
}

function startFollower(lane: Lane, workflowId: string): Follower {
  const env = { TEMPORAL_ADDRESS: lane.service.address, CAU_TASK_QUEUE: lane.temporal.taskQueue };
  const child = execa(process.execPath, [cauProgram, '--json', 'status', '--follow', workflowId], { env, stdin: 'ignore', reject: false });
  return {
    heard: Promise.race([new Promise((resolve) => child.stderr.once('data', resolve)), child]),
    async report() {
      const { exitCode, stdout, stderr } = await child;
      if (exitCode !== 0) throw new Error(`who followed the run gave up: ${String(exitCode)} ${stdout} ${stderr}`);
      return reportSchema.parse(JSON.parse(stdout));
    },
    end: () => void child.kill(),
  };
}

/** Runs, calls `kill` once with the process that took the last decision, and waits for both. */
async function observe(lane: Lane, moment: KillMoment, kill: (busy: number) => Promise<void>, onStart?: (workflowId: string) => void): Promise<RunEvidence> {
  await lane.untilWhole();
  const version = await lane.offerNext();
  const giveUpAt = Date.now() + patienceMs;
  let killing: Promise<void> | null = null;
  let [count, busy] = [0, 0];
  const strike = () => (killing ??= kill(busy));
  let timer: NodeJS.Timeout | undefined;
  const evidence = await observeRun(lane, {
    request: { nodes: [...lane.terms.killNodes], options: lane.terms.options },
    version,
    react({ event }) {
      if (count === 0) {
        onStart?.(event.workflowExecutionStartedEventAttributes?.workflowId ?? '');
        if ('afterMs' in moment) timer = setTimeout(() => void strike(), moment.afterMs);
      }
      count += 1;
      const taken = event.workflowTaskStartedEventAttributes?.identity;
      if (typeof taken === 'string') busy = Number(taken.split('@')[0]);
      if ('afterEvents' in moment && count >= moment.afterEvents) void strike();
    },
    giveUpAt: () => giveUpAt,
  });
  // A run that was quicker than usual is over before its kill.
  clearTimeout(timer);
  await (killing ?? Promise.resolve());
  return requireSuccess(evidence);
}

function requireSuccess(evidence: RunEvidence): RunEvidence {
  const { end } = evidence;
  if (end.kind === 'report' && end.report.outcome === 'Succeeded') return evidence;
  throw new Error(`the run did not succeed: ${JSON.stringify(end)}`);
}
