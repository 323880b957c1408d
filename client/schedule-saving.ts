/**
 * How a schedule is saved: tried out first, so that its next times are known before, and changed only if nobody else changed it
 * meanwhile.
 */
import { ScheduleAlreadyRunning, type ScheduleDescription, type ScheduleOptions } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { durationMs } from '../domain/duration.js';
import { CauError } from '../domain/errors.js';
import { scheduledRunId } from '../domain/names.js';
import { runRequestSchema, type RunRequest } from '../domain/requests.js';
import { scheduleTimesSchema, type ScheduleTimes } from '../domain/schedule-rule.js';
import type { ScheduleSpec } from '../domain/schedule-spec.js';
import { defaultCatchupWindow } from '../domain/scheduled-start.js';
import { clusterKey } from '../workflows/messages.js';
import type { TemporalClient } from './connection.js';

/** A schedule that is not saved yet. */
export interface ScheduleDraft {
  readonly id: string;
  /** As the administrator said them; null when they stay as they are and were not said here. */
  readonly times: ScheduleTimes | null;
  readonly spec: ScheduleSpec;
  readonly request: RunRequest;
}

/** What Temporal makes of a specification. */
export interface TriedSpec {
  readonly nextTimes: readonly Date[];
  readonly digest: string;
  readonly raw: RawSchedule['spec'];
}
type RawSchedule = NonNullable<ScheduleDescription['raw']['schedule']>;

/** Kept with the schedule: what the administrator said, of which specification that was, and which saving wrote it. */
const keptSchema = z.object({ times: scheduleTimesSchema.nullable(), spec: z.string(), saving: z.string() });

const memoKey = 'schedule';
const readBackMs = 5000;

/** Asks Temporal itself by a schedule that never starts anything and is deleted at once. @throws CauError `InvalidInput` when Temporal refuses it, or it has no time to come */
export async function tryOut({ client, taskQueue }: TemporalClient, { request, spec }: ScheduleDraft): Promise<TriedSpec> {
  const scratch = await client.schedule
    .create({
      scheduleId: `cau/schedule-scratch/${request.cluster}/${randomUUID()}`,
      spec,
      state: { paused: true, note: 'made to see its next times; can be deleted' },
      // Paused, so it starts nothing; and if somebody resumed it, it would change nothing.
      action: { type: 'startWorkflow', workflowType: 'preview', workflowId: `cau/preview/${request.cluster}`, taskQueue, args: [request] },
    })
    .catch((cause: unknown) => {
      if (!(cause instanceof TypeError)) throw cause;
      throw new CauError('InvalidInput', `when: Temporal refuses these times: ${cause.message}.`, { where: 'when', cause });
    });
  try {
    const { spec: described, info, raw } = await scratch.describe();
    if (info.nextActionTimes.length === 0)
      throw new CauError('InvalidInput', 'when: these times never come: they are over, or no day fits.', {
        where: 'when',
        remedy: 'Name times that are still to come; a time that a change of the clocks leaves out does not come either.',
      });
    return { nextTimes: info.nextActionTimes, digest: digestOf(described), raw: raw.schedule?.spec };
  } finally {
    await scratch.delete();
  }
}

/** @throws CauError `InvalidInput` when there is one of that id */
export async function saveNew({ client, taskQueue }: TemporalClient, draft: ScheduleDraft, tried: TriedSpec, paused: boolean, note: string): Promise<void> {
  const { id, request, spec, times } = draft;
  const options: ScheduleOptions = {
    scheduleId: id,
    spec,
    // Temporal would leave out a start while an earlier run is alive, and say nothing. Every start becomes a run, which ends as skipped
    // with its reason when the cluster is busy, whoever keeps it so (docs/decisions/0019).
    policies: { overlap: 'ALLOW_ALL', catchupWindow: durationMs(request.catchupWindow ?? defaultCatchupWindow) },
    state: { paused, note },
    typedSearchAttributes: [{ key: clusterKey, value: request.cluster }],
    action: {
      type: 'startWorkflow',
      workflowType: 'updatingRun',
      workflowId: scheduledRunId(request.cluster),
      taskQueue,
      args: [request],
      workflowTaskTimeout: '2s',
      typedSearchAttributes: [{ key: clusterKey, value: request.cluster }],
      staticSummary: `Updating Run of cluster ${request.cluster} by schedule ${id}`,
      memo: { [memoKey]: { times, spec: tried.digest, saving: randomUUID() } },
    },
  };
  await client.schedule.create(options).catch((cause: unknown) => {
    if (!(cause instanceof ScheduleAlreadyRunning)) throw cause;
    throw new CauError('InvalidInput', `id: there is a schedule "${id}" already.`, {
      where: 'id',
      remedy: `Change it ("cau schedule update ${id}"), or name another id (--id).`,
      cause,
    });
  });
}

/**
 * Saves a schedule that was changed. Temporal drops a change of something that was changed meanwhile without a word, so it is read back.
 * @throws CauError `ScheduleChanged`
 */
export async function saveChanged(temporal: TemporalClient, before: ScheduleDescription, draft: ScheduleDraft, tried: TriedSpec | null): Promise<void> {
  const { client, namespace } = temporal;
  const schedule = before.raw.schedule ?? {};
  const start = schedule.action?.startWorkflow ?? {};
  const saving = randomUUID();
  const kept = { times: draft.times, spec: tried?.digest ?? digestOf(before.spec), saving };
  await client.workflowService.updateSchedule({
    namespace,
    scheduleId: draft.id,
    identity: client.options.identity,
    requestId: saving,
    conflictToken: before.raw.conflictToken ?? null,
    // Whatever is not named goes back as it came.
    schedule: {
      ...schedule,
      spec: tried?.raw ?? schedule.spec ?? null,
      policies: { ...schedule.policies, ...changedWindow(draft.request, before) },
      action: {
        startWorkflow: {
          ...start,
          ...changedInput(draft.request, before),
          memo: { fields: { ...start.memo?.fields, [memoKey]: defaultPayloadConverter.toPayload(kept) } },
        },
      },
    },
  });
  const giveUpAt = Date.now() + readBackMs;
  for (;;) {
    const after = await client.schedule.getHandle(draft.id).describe();
    if (readKept(after)?.saving === saving) return;
    if (Date.now() > giveUpAt || tokenOf(after) !== tokenOf(before)) throw scheduleChanged(draft.id);
    await delay(100);
  }
}

/** The times as they were said; null when the schedule was not made here, or its times were changed elsewhere since. */
export function readTimes(description: ScheduleDescription): ScheduleTimes | null {
  const kept = readKept(description);
  return kept !== null && kept.spec === digestOf(description.spec) ? kept.times : null;
}

/** What tells two states of a schedule apart; Temporal refuses a change of any other state. */
const tokenOf = ({ raw }: ScheduleDescription) => Buffer.from(raw.conflictToken ?? []).toString('hex');

function scheduleChanged(id: string): CauError {
  return new CauError('ScheduleChanged', `Schedule ${id} was changed by somebody else, so nothing was saved.`, { where: id });
}

function changedInput(request: RunRequest, before: ScheduleDescription): Pick<NonNullable<NonNullable<RawSchedule['action']>['startWorkflow']>, 'input'> {
  if (isDeepStrictEqual(request, inputOf(before))) return {};
  return { input: { payloads: [defaultPayloadConverter.toPayload(request)] } };
}

/** Temporal's own limit goes with that of the run, when that is changed. */
function changedWindow({ catchupWindow }: RunRequest, before: ScheduleDescription): Partial<NonNullable<RawSchedule['policies']>> {
  if (catchupWindow === undefined || catchupWindow === inputOf(before)?.catchupWindow) return {};
  const ms = durationMs(catchupWindow);
  // The library's type asks for its own class of numbers, and takes plain ones as well.
  return { catchupWindow: { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 } as never };
}

/** The input that the schedule gives its runs; null when it is none that a run would take. */
export function inputOf({ action }: ScheduleDescription): RunRequest | null {
  return runRequestSchema.safeParse(action.args?.[0]).data ?? null;
}

/** The cluster that the input names, also when the rest of it is nothing that a run would take. */
export function clusterOfInput({ action }: ScheduleDescription): string | null {
  return z.object({ cluster: z.string() }).safeParse(action.args?.[0]).data?.cluster ?? null;
}

function readKept({ action }: ScheduleDescription): z.infer<typeof keptSchema> | null {
  return keptSchema.safeParse(action.memo?.[memoKey]).data ?? null;
}

function digestOf(spec: ScheduleDescription['spec']): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 16);
}
