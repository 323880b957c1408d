/** The parts of the chaos suite: tasks in, one line and a verdict for each out. */
import { noExcuses, type RunEvidence } from './evidence.js';
import { keepEvidence } from './kept-evidence.js';
import type { Lane } from './lane.js';
import { doInLanes, type Lanes, type Outcome } from './lanes.js';
import { findComplaints, findComplaintsAboutSuccess } from './look.js';
import { momentsOf, type Moment } from './moments.js';
import type { Fault, FaultWorld } from './schedules.js';
import { runInPeace, runWithKill, type Kill } from './single-kill.js';
import type { Terms } from './terms.js';
import { runTormented } from './tormented-run.js';

/** What one tormented run came to. */
export interface Trial extends Outcome {
  readonly name: string;
  /** What was done to it; null when it was over before anything could be done. */
  readonly done: string | null;
  readonly outcome: string;
  readonly ms: number;
  /** Where its evidence is kept; null when it is not. */
  readonly evidence: string | null;
}

export interface Manner extends Lanes {
  /** Keep the evidence of every run, not only of those that went wrong. */
  readonly isKeeping: boolean;
}

/** Where schedules take place. */
export function faultWorldOf({ nodes, roles, events }: Terms): FaultWorld {
  return { nodes, roles: roles.map((role) => role.id), packages: ['app', 'kernel', 'agent', 'lib'], events };
}

/** The moments of a run to which nothing happens. @throws Error when even that is not as promised */
export async function recordMoments(manner: Manner): Promise<Moment[]> {
  const record = async (lane: Lane) => {
    const evidence = await runInPeace(lane);
    const complaints = judgeKill(evidence);
    return { complaints, moments: momentsOf(evidence.events) };
  };
  const [recorded] = await doInLanes(['in peace'], { ...manner, lanes: 1 }, record);
  if (recorded === undefined || recorded.complaints.length > 0) throw new Error(`a run in peace went wrong: ${recorded?.complaints.join('; ')}`);
  return recorded.moments;
}

/**
 * One run for each kill, and another one where the first was over before the moment came: near the end two runs differ by a few
 * events. Nothing that is killed may cost anything: each run must succeed.
 */
export function tryKills(kills: readonly Kill[], manner: Manner): Promise<Trial[]> {
  return doAll(
    kills,
    manner,
    ({ victim, moment }) => `${victim} after ${moment.workflow} ${moment.event}`,
    async (lane, kill) => {
      const first = await tryKill(lane, kill);
      return first.done === null && first.complaints.length === 0 ? tryKill(lane, kill) : first;
    },
  );
}

async function tryKill(lane: Lane, kill: Kill) {
  const { evidence, killed } = await runWithKill(lane, kill);
  return { evidence, done: killed, complaints: judgeKill(evidence) };
}

/** Everything that is not as promised of a run to which nothing but one kill happened. */
export function judgeKill(evidence: RunEvidence): string[] {
  return [...findComplaints(evidence, noExcuses), ...findComplaintsAboutSuccess(evidence)];
}

export interface NumberedSchedule {
  readonly number: number;
  readonly faults: readonly Fault[];
}

/** One run for each schedule, and one after it. Any outcome that is documented is allowed; the oracle must hold. */
export function trySchedules(schedules: readonly NumberedSchedule[], manner: Manner): Promise<Trial[]> {
  return doAll(
    schedules,
    manner,
    ({ number }) => `schedule ${number}`,
    async (lane, { faults }) => {
      const { evidence, caused, complaints } = await runTormented(lane, faults);
      return { evidence, done: caused.length === 0 ? null : renderFaults(caused), complaints };
    },
  );
}

/** Faults in one breath: `cutPower node1 @120, killTemporal 3000 @300`. */
export function renderFaults(faults: readonly Fault[]): string {
  return faults.map(({ afterEvents, ...fault }) => `${Object.values(fault).flat().join(' ')} @${afterEvents}`).join(', ');
}

function outcomeOf({ end }: RunEvidence): string {
  return end.kind === 'report' ? end.report.outcome : end.kind === 'failed' ? end.failure.code : 'hung';
}

/** An error that nobody foresaw, with the place where it arose. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

async function doAll<T>(
  tasks: readonly T[],
  manner: Manner,
  nameOf: (task: T) => string,
  act: (lane: Lane, task: T) => Promise<Pick<Trial, 'done' | 'complaints'> & { evidence: RunEvidence }>,
): Promise<Trial[]> {
  const { isKeeping, progress } = manner;
  let count = 0;
  const perform = async (lane: Lane, task: T): Promise<Trial> => {
    const startedAt = performance.now();
    const name = nameOf(task);
    const judged = act(lane, task).then(async ({ evidence, done, complaints }) => ({
      done,
      outcome: outcomeOf(evidence),
      complaints,
      evidence: complaints.length === 0 && !isKeeping ? null : await keepEvidence(name, evidence, { task, done, complaints }),
    }));
    // One that cannot be done or judged must not take the others with it.
    const broken = (error: unknown) => ({ done: null, outcome: 'broken off', complaints: [wordsOf(error)], evidence: null });
    const found = await judged.catch(broken);
    const trial: Trial = { name, ms: performance.now() - startedAt, ...found };
    count += 1;
    progress(`${count} of ${tasks.length}: ${trial.name}: ${trial.done ?? 'over before that'}: ${trial.outcome}, ${(trial.ms / 1000).toFixed(1)} s`);
    for (const complaint of trial.complaints) progress(`  ${complaint}`);
    if (trial.evidence !== null) progress(`  evidence: ${trial.evidence}`);
    return trial;
  };
  return doInLanes(tasks, manner, perform);
}
