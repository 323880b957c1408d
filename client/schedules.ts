/** Schedules: Temporal Schedules that start Updating Runs, whoever made them. */
import { ScheduleNotFoundError, type ScheduleDescription } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import { CauError } from '../domain/errors.js';
import { scheduleId } from '../domain/names.js';
import type { RunRequest } from '../domain/requests.js';
import { changeRequest, changeTimes, namesTimes, type NamedRequest, type NamedTimes } from '../domain/schedule-change.js';
import type { ScheduleTimes } from '../domain/schedule-rule.js';
import { specOf, type ScheduleSpec } from '../domain/schedule-spec.js';
import { defaultCatchupWindow } from '../domain/scheduled-start.js';
import type { TemporalClient } from './connection.js';
import { clusterOfInput, inputOf, readTimes, saveChanged, saveNew, tryOut, type ScheduleDraft } from './schedule-saving.js';
import { findZoneFacts } from './schedule-zone.js';

/** A schedule as it is. */
export interface ScheduleView {
  readonly id: string;
  /** Null when the input that it gives its runs names none; its runs are refused then. */
  readonly cluster: string | null;
  /** Null when the times were not said here: then only Temporal's own specification is known. */
  readonly times: ScheduleTimes | null;
  readonly spec: ScheduleDescription['spec'];
  readonly paused: boolean;
  readonly note: string | null;
  /** That of the run itself, and Temporal's, which counts first; the shorter one holds. */
  readonly catchupWindow: { readonly ofRun: string; readonly ofTemporalMs: number };
  /** What its runs are asked for; null when it is nothing that a run would take. */
  readonly request: RunRequest | null;
  readonly nextTimes: readonly string[];
  /** Starts that made no run: Temporal was away for longer than its window; an earlier run was alive and the overlap policy is `SKIP`. */
  readonly missed: { readonly late: number; readonly overlap: number };
}

/** What is to be saved: with the times that come of it, and saved only by `save`. */
export interface PlannedSchedule {
  readonly draft: ScheduleDraft;
  readonly timeZone: string;
  readonly nextTimes: readonly string[];
  save(): Promise<void>;
}

/** What somebody says of a schedule. */
export interface NamedSchedule {
  readonly times: NamedTimes;
  readonly request: NamedRequest;
  /** Fields that go back to what they are when nobody names them. */
  readonly unset: readonly string[];
}

/** Plans a new schedule; nothing is saved. @throws CauError `InvalidInput` */
export async function planSchedule(
  temporal: TemporalClient,
  cluster: string,
  named: NamedSchedule,
  more: { readonly id?: string; readonly paused: boolean; readonly by: string },
): Promise<PlannedSchedule> {
  const request = changeRequest({ cluster, catchupWindow: defaultCatchupWindow }, named.request);
  const times = changeTimes({}, named.times);
  const id = more.id ?? scheduleId(cluster);
  const draft: ScheduleDraft = { id, times, spec: specOf(times, findZoneFacts(times)), request };
  if (await exists(temporal, id))
    throw new CauError('InvalidInput', `id: there is a schedule "${id}" already.`, {
      where: 'id',
      remedy: `Change it ("cau schedule update ${id}"), or name another id (--id).`,
    });
  const tried = await tryOut(temporal, draft);
  return {
    draft,
    timeZone: times.timeZone,
    nextTimes: tried.nextTimes.map(iso),
    save: () => saveNew(temporal, draft, tried, more.paused, `made by ${more.by}`),
  };
}

/** Plans a change: what is not named stays as it is, to the byte. @throws CauError `InvalidInput`, `ScheduleNotFound` */
export async function planChange(temporal: TemporalClient, name: string, named: NamedSchedule): Promise<PlannedSchedule> {
  if (Object.keys({ ...named.times, ...named.request }).length + named.unset.length === 0)
    throw new CauError('InvalidInput', 'update: nothing is named that is to change.', {
      where: 'update',
      remedy: '"cau schedule update --help" lists what can be changed.',
    });
  const before = await requireSchedule(temporal, name);
  const request = changeRequest(requireInput(before), named.request, named.unset);
  if (!namesTimes(named.times, named.unset)) {
    const draft = { id: before.scheduleId, times: readTimes(before), spec: {} as ScheduleSpec, request };
    return { draft, timeZone: zoneOf(before), nextTimes: before.info.nextActionTimes.map(iso), save: () => saveChanged(temporal, before, draft, null) };
  }
  const known = readTimes(before);
  const times = changeTimes(known ?? { timeZone: zoneOf(before) }, named.times, named.unset);
  const { startAt, endAt, jitter } = before.spec;
  const spec = {
    // Limits that were not said here stay when none is said now.
    ...(known !== null || startAt === undefined ? {} : { startAt }),
    ...(known !== null || endAt === undefined ? {} : { endAt }),
    ...(jitter === undefined ? {} : { jitter }),
    ...specOf(times, findZoneFacts(times)),
  };
  const draft = { id: before.scheduleId, times, spec, request };
  const tried = await tryOut(temporal, draft);
  return { draft, timeZone: times.timeZone, nextTimes: tried.nextTimes.map(iso), save: () => saveChanged(temporal, before, draft, tried) };
}

/** Every schedule that starts Updating Runs; of one cluster, or of all. */
export async function listSchedules(temporal: TemporalClient, cluster: string | null): Promise<ScheduleView[]> {
  const ids: string[] = [];
  for await (const schedule of temporal.client.schedule.list()) if (schedule.action?.workflowType === 'updatingRun') ids.push(schedule.scheduleId);
  const views: ScheduleView[] = [];
  for (const id of ids.toSorted()) {
    // The list may lag behind, and have one that is deleted.
    const described = await describe(temporal, id);
    if (described !== null) views.push(viewOf(described));
  }
  return cluster === null ? views : views.filter((view) => view.cluster === cluster);
}

/** The schedule of that id, else the only one of that cluster. @throws CauError `ScheduleNotFound`, `InvalidInput` when the cluster has several */
export async function requireSchedule(temporal: TemporalClient, name: string): Promise<ScheduleDescription> {
  const found = (await describe(temporal, name)) ?? (await describe(temporal, scheduleId(name)));
  if (found !== null) return requireOfRuns(found);
  const ofCluster = await listSchedules(temporal, name);
  const [only] = ofCluster;
  if (only === undefined) throw new CauError('ScheduleNotFound', `There is no schedule "${name}", and cluster "${name}" has none.`, { where: name });
  if (ofCluster.length > 1)
    throw new CauError('InvalidInput', `schedule: cluster "${name}" has ${ofCluster.length}: ${ofCluster.map(({ id }) => id).join(', ')}.`, {
      where: 'schedule',
      remedy: 'Name one by its id.',
    });
  return temporal.client.schedule.getHandle(only.id).describe();
}

/** @throws CauError `ScheduleNotFound` */
export async function pauseSchedule(temporal: TemporalClient, name: string, paused: boolean, note: string): Promise<string> {
  const { scheduleId: id } = await requireSchedule(temporal, name);
  const handle = temporal.client.schedule.getHandle(id);
  await (paused ? handle.pause(note) : handle.unpause(note));
  return id;
}

/** Starts a run now, with the input that the schedule gives; its workflow id, or null when Temporal does not tell it in time. @throws CauError `ScheduleNotFound` */
export async function triggerSchedule(temporal: TemporalClient, name: string): Promise<{ readonly id: string; readonly workflowId: string | null }> {
  const before = await requireSchedule(temporal, name);
  const handle = temporal.client.schedule.getHandle(before.scheduleId);
  const runsOf = ({ info }: ScheduleDescription) => info.recentActions.map(({ action }) => action.workflow);
  const known = new Set(runsOf(before).map(({ firstExecutionRunId }) => firstExecutionRunId));
  await handle.trigger('ALLOW_ALL');
  const giveUpAt = Date.now() + triggerMs;
  for (;;) {
    const started = runsOf(await handle.describe()).find(({ firstExecutionRunId }) => !known.has(firstExecutionRunId));
    if (started !== undefined || Date.now() > giveUpAt) return { id: before.scheduleId, workflowId: started?.workflowId ?? null };
    await delay(lookMs);
  }
}

/** Deletes the schedule; a run that it started goes on. @throws CauError `ScheduleNotFound` */
export async function deleteSchedule(temporal: TemporalClient, name: string): Promise<string> {
  const { scheduleId: id } = await requireSchedule(temporal, name);
  await temporal.client.schedule.getHandle(id).delete();
  return id;
}

/** The schedule as it is, from what Temporal says of it. */
export function viewOf(description: ScheduleDescription): ScheduleView {
  const { scheduleId: id, state, info, policies, spec } = description;
  const request = inputOf(description);
  return {
    id,
    cluster: clusterOfInput(description),
    times: readTimes(description),
    spec,
    paused: state.paused,
    note: state.note === undefined || state.note === '' ? null : state.note,
    catchupWindow: { ofRun: request?.catchupWindow ?? defaultCatchupWindow, ofTemporalMs: policies.catchupWindow },
    request,
    nextTimes: info.nextActionTimes.map(iso),
    missed: { late: info.numActionsMissedCatchupWindow, overlap: info.numActionsSkippedOverlap },
  };
}

const triggerMs = 5000;
const lookMs = 100;
/** Temporal means UTC where nothing is said. */
const zoneOf = ({ spec: { timezone } }: ScheduleDescription) => (timezone === undefined || timezone === '' ? 'UTC' : timezone);
const iso = (time: Date) => time.toISOString();

async function describe({ client }: TemporalClient, id: string): Promise<ScheduleDescription | null> {
  try {
    return await client.schedule.getHandle(id).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

async function exists(temporal: TemporalClient, id: string): Promise<boolean> {
  return (await describe(temporal, id)) !== null;
}

function requireOfRuns(description: ScheduleDescription): ScheduleDescription {
  if (description.action.workflowType === 'updatingRun') return description;
  throw new CauError('ScheduleNotFound', `Schedule ${description.scheduleId} starts "${description.action.workflowType}", no Updating Run.`, {
    where: description.scheduleId,
  });
}

function requireInput(description: ScheduleDescription): RunRequest {
  const request = inputOf(description);
  if (request !== null) return request;
  throw new CauError('InvalidInput', `input: what schedule ${description.scheduleId} gives its runs is nothing that a run takes.`, {
    where: 'input',
    remedy: 'Delete it and make it anew, or correct its input with the Temporal CLI ("temporal schedule update").',
  });
}
