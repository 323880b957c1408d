/** Schedules for eyes: the rule in words, the times to come on the clock of its zone, and how the last runs ended. */
import { durationMs, renderElapsed } from '../../domain/duration.js';
import type { RunRequest } from '../../domain/requests.js';
import type { ScheduleTimes } from '../../domain/schedule-rule.js';
import { renderTimes } from '../../domain/schedule-words.js';
import { createPaint, type Paint } from './paint.js';
import { renderSpec, type DescribedSpec } from './schedule-spec-text.js';
import { renderTable } from './table.js';

/** A schedule as it is shown. */
interface ShownSchedule {
  readonly id: string;
  readonly cluster: string | null;
  readonly times: ScheduleTimes | null;
  readonly spec: DescribedSpec;
  readonly paused: boolean;
  readonly note: string | null;
  readonly catchupWindow: { readonly ofRun: string; readonly ofTemporalMs: number };
  readonly request: RunRequest | null;
  readonly nextTimes: readonly string[];
  readonly missed: { readonly late: number; readonly overlap: number };
  /** Who would be missing if it started a run now; not known in a list. */
  readonly absent?: readonly string[];
}

interface ShownRun {
  readonly workflowId: string;
  readonly scheduledAt: string;
  readonly result: string;
  readonly message: string | null;
}

/** Everything of one schedule. */
export function renderSchedule(schedule: ShownSchedule, runs: readonly ShownRun[], colours: boolean): string {
  const paint = createPaint(colours);
  const zone = zoneOf(schedule);
  return [
    `${paint.bold(`Schedule ${schedule.id}`)} of cluster ${schedule.cluster ?? 'nobody: its input names none, and its runs are refused'}`,
    `Starts:    ${whenOf(schedule)}`,
    `State:     ${schedule.paused ? paint.yellow('paused: it starts no runs') : 'active'}${schedule.note === null ? '' : ` (${schedule.note})`}`,
    `Too late:  ${renderWindow(schedule)}`,
    `Asks for:  ${renderRequest(schedule.request)}`,
    ...missedOf(schedule),
    ...(schedule.absent ?? []).map((absence) => `Missing:   ${paint.yellow(absence)}`),
    '',
    ...(schedule.paused ? ['While it is paused, it starts nothing at these times.'] : []),
    renderNextTimes(schedule.nextTimes, zone),
    '',
    ...renderRuns(runs, zone, paint),
  ].join('\n');
}

/** One row a schedule. */
export function renderScheduleList(schedules: readonly ShownSchedule[], cluster: string | null): string {
  if (schedules.length === 0)
    return `There is no schedule${cluster === null ? '' : ` of cluster ${cluster}`}. Make one: cau schedule create CLUSTER --monthly "second tuesday" --at 03:00 --time-zone ZONE`;
  return renderTable(
    ['schedule', 'cluster', 'state', 'next', 'starts'],
    schedules.map((schedule) => [schedule.id, schedule.cluster ?? '?', schedule.paused ? 'paused' : 'active', nextOf(schedule), whenOf(schedule)]),
  );
}

/** Temporal goes on telling the times of a paused schedule, at which nothing starts. */
function nextOf(schedule: ShownSchedule): string {
  const [next] = schedule.nextTimes;
  if (next === undefined) return 'never';
  return schedule.paused ? 'none until it is resumed' : localTime(next, zoneOf(schedule));
}

/** The times to come, each on the clock of the zone and in UTC. */
export function renderNextTimes(times: readonly string[], timeZone: string): string {
  if (times.length === 0) return 'It has no time to come.';
  const head = times.length < 10 ? `All times to come (${times.length}):` : `The next ${times.length} times:`;
  return [head, ...times.map((time) => `  ${localTime(time, timeZone)} ${timeZone}   ${time.replace('.000Z', 'Z')}`)].join('\n');
}

function renderRuns(runs: readonly ShownRun[], timeZone: string, paint: Paint): string[] {
  if (runs.length === 0) return ['It has started no run yet.'];
  return [
    'The last runs:',
    renderTable(
      ['  scheduled for', 'result', 'run'].map((head) => paint.dim(head)),
      runs.map(({ scheduledAt, result, workflowId }) => [`  ${localTime(scheduledAt, timeZone)}`, result, workflowId]),
    ),
    ...runs.flatMap(({ workflowId, message }) => (message === null ? [] : [`  ${workflowId}: ${message}`])),
  ];
}

const whenOf = ({ times, spec }: ShownSchedule) => (times === null ? renderSpec(spec) : renderTimes(times));
const zoneOf = ({ times, spec }: ShownSchedule) => times?.timeZone ?? (spec.timezone === undefined || spec.timezone === '' ? 'UTC' : spec.timezone);

/** Temporal's own window counts first, and is a year where nobody set it. */
function renderWindow({ catchupWindow: { ofRun, ofTemporalMs } }: ShownSchedule): string {
  const shorter = ofTemporalMs < durationMs(ofRun) ? renderElapsed(ofTemporalMs) : ofRun;
  return `a start that comes more than ${shorter} late is skipped`;
}

function renderRequest(request: RunRequest | null): string {
  if (request === null) return 'nothing that a run takes: its runs are refused. Correct its input, or make it anew.';
  const { nodes, profile, profileDigest, reason, options = {} } = request;
  const pinned = profileDigest === undefined ? ', as it is at each start' : `, only with digest ${profileDigest.slice(0, 12)}`;
  return [
    nodes === undefined ? 'every node' : `the nodes ${nodes.join(', ')}`,
    ...(profile === undefined ? [] : [`profile ${profile}${pinned}`]),
    ...Object.entries(options).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`),
    ...(reason === undefined ? [] : [`reason: ${reason}`]),
  ].join('; ');
}

function missedOf({ missed: { late, overlap } }: ShownSchedule): string[] {
  return [
    ...(late === 0 ? [] : [`Missed:    ${late} ${late === 1 ? 'start' : 'starts'} while Temporal was away for longer than that`]),
    ...(overlap === 0 ? [] : [`Left out:  ${overlap} ${overlap === 1 ? 'start' : 'starts'} by Temporal, since an earlier run was alive`]),
  ];
}

/** Such as `Tue 2026-12-08 03:00 +01:00`. */
function localTime(time: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  }).formatToParts(new Date(time));
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  const offset = part('timeZoneName').replace('GMT', '');
  return `${part('weekday')} ${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} ${offset === '' ? '+00:00' : offset}`;
}
