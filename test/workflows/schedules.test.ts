import { execa } from 'execa';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { runEvents } from '../../client/events.js';
import { requireRun } from '../../client/runs.js';
import { lastRuns } from '../../client/schedule-runs.js';
import { deleteSchedule, planSchedule, requireSchedule, triggerSchedule, type NamedSchedule } from '../../client/schedules.js';
import type { RunEvent } from '../../domain/events.js';
import type { PartialOptions } from '../../domain/options.js';
import type { Report } from '../../domain/report.js';
import { atRest, cauProgram, createWorld, expectAtRest, nodes, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

const made: string[] = [];
afterEach(async () => {
  for (const id of made.splice(0)) await deleteSchedule(world.temporal, id);
});

/** Made with `cau`; never due in this test. */
async function makeSchedule(options: PartialOptions = {}, request: NamedSchedule['request'] = {}): Promise<string> {
  const id = `cau-${randomUUID()}`;
  const times = { repeat: { repeat: 'monthlyByWeekday', weeks: [2], days: ['tuesday'] }, at: '03:00', timeZone: 'UTC', from: '2090-01-01' } as const;
  const named = { times, request: { options: { plugins: ['simulated'], ...options }, ...request }, unset: [] };
  await (await planSchedule(world.temporal, world.name, named, { id, paused: false, by: 'a test' })).save();
  made.push(id);
  return id;
}

/** Made with the Temporal CLI, as the documentation shows it: it says nothing of catching up, so Temporal would do so for a year. */
async function makeByHand(
  input: object = {},
  when: readonly string[] = ['--calendar', '{"dayOfWeek":"TUESDAY","dayOfMonth":"8-14","hour":"3"}'],
): Promise<string> {
  const id = `by-hand-${randomUUID()}`;
  const start = ['--type', 'updatingRun', '--task-queue', world.taskQueue, '--workflow-id', `cau/run/${world.name}`];
  const asked = { cluster: world.name, options: { plugins: ['simulated'] }, ...input };
  await temporal(['schedule', 'create', '--schedule-id', id, ...when, '--time-zone', 'Europe/Zurich', ...start, '--input', JSON.stringify(asked)]);
  made.push(id);
  return id;
}

const temporal = (args: readonly string[]) => execa(inject('temporalCli'), [...args, '--address', world.address]);
const handleOf = (workflowId: string) => world.temporal.client.workflow.getHandle(workflowId);

async function trigger(schedule: string): Promise<Report> {
  const { workflowId } = await triggerSchedule(world.temporal, schedule);
  return world.report(handleOf(workflowId ?? ''));
}

/** The run that the schedule started last, once it has started `count`. */
async function untilStarted(schedule: string, count = 1): Promise<string> {
  const runs = async () => (await world.temporal.client.schedule.getHandle(schedule).describe()).info.recentActions;
  await expect.poll(async () => (await runs()).length, { timeout: 10_000 }).toBe(count);
  return (await runs()).at(-1)?.action.workflow.workflowId ?? '';
}

async function eventsOf(workflowId: string): Promise<RunEvent[]> {
  const heard: RunEvent[] = [];
  for await (const event of runEvents(world.temporal, handleOf(workflowId), false, new AbortController().signal)) heard.push(event);
  return heard;
}

const installed = async () => Promise.all(nodes.map(async (node) => (await world.cluster.installLog(node)).length));

describe('A run that a schedule starts', () => {
  it('is the same whether the schedule was made with cau or with the Temporal CLI', async () => {
    await world.offerNext();
    const byCau = await trigger(await makeSchedule());
    await world.untilFree();
    await world.offerNext();
    const hand = await makeByHand();
    await temporal(['schedule', 'trigger', '--schedule-id', hand]);
    const byHand = await world.report(handleOf(await untilStarted(hand)));
    expect(byCau.outcome).toBe('Succeeded');
    expect(substance(byHand)).toEqual(substance(byCau));
    expect(byHand.requestedBy).toBe(`schedule ${hand}`);
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('is searchable by its cluster, of the schedule, and among its last results', async () => {
    const schedule = await makeSchedule();
    await trigger(schedule);
    const [run] = await lastRuns(world.temporal, await requireSchedule(world.temporal, schedule));
    expect(run).toMatchObject({ result: 'UpToDate', message: null });
    const { searchAttributes } = await handleOf(run?.workflowId ?? '').describe();
    expect(searchAttributes).toMatchObject({ CauCluster: [world.name], TemporalScheduledById: [schedule] });
    expect((await eventsOf(run?.workflowId ?? ''))[0]).toMatchObject({ number: 1003, message: `Requested by schedule ${schedule}.` });
    const env = { TEMPORAL_ADDRESS: world.address, CAU_TASK_QUEUE: world.taskQueue, NO_COLOR: '1' };
    const { stdout } = await execa(process.execPath, [cauProgram, 'schedule', 'show', schedule], { env, stdin: 'ignore' });
    expect(stdout).toContain('every second Tuesday of the month at 03:00, time of UTC, from 2090-01-01');
    expect(stdout).toMatch(/The next 10 times:\n +Tue 2090-01-10 03:00 \+00:00 UTC/);
    expect(stdout).toContain(`UpToDate  ${run?.workflowId}`);
  });

  it('is refused, like any other, when its profile is not the one that the schedule pins', async () => {
    const schedule = await makeSchedule({}, { profile: 'default', profileDigest: '0123456789ab' });
    await expect(trigger(schedule)).rejects.toThrow('Workflow execution failed');
    const [run] = await lastRuns(world.temporal, await requireSchedule(world.temporal, schedule));
    expect(run).toMatchObject({ result: 'InvalidInput', message: expect.stringMatching(/pinned to 0123456789ab/) });
  });
});

describe('A start by a schedule is skipped, with its reason and an event, and nothing is touched,', () => {
  it('when it comes too late, also when the schedule was made with the Temporal CLI', async () => {
    await world.offerNext();
    const before = await installed();
    const hand = await makeByHand({}, ['--cron', '0 3 * * *']);
    const day = new Date(Date.now() - 36 * 3_600_000);
    const at = (more: number) => new Date(day.getTime() + more * 3_600_000).toISOString();
    await temporal(['schedule', 'backfill', '--schedule-id', hand, '--start-time', at(0), '--end-time', at(24), '--overlap-policy', 'AllowAll']);
    const workflowId = await untilStarted(hand);
    const report = await world.report(handleOf(workflowId));
    const reason = `by schedule "${hand}" comes too late`;
    expect(report).toMatchObject({
      outcome: 'Skipped',
      failure: null,
      nodes: [],
      readiness: [{ id: 'schedule.start', message: expect.stringContaining(reason) }],
    });
    expect((await eventsOf(workflowId)).at(-1)).toMatchObject({ number: 2012, level: 'warning', message: expect.stringContaining(reason) });
    const { events = [] } = await handleOf(workflowId).fetchHistory();
    expect(events?.filter((event) => event.activityTaskScheduledEventAttributes ?? event.startChildWorkflowExecutionInitiatedEventAttributes)).toEqual([]);
    const [run] = await lastRuns(world.temporal, await requireSchedule(world.temporal, hand));
    expect(run).toMatchObject({ result: 'Skipped', message: expect.stringContaining(reason) });
    expect(await installed()).toEqual(before);
  });

  it('when no coordinator took it up in time', async () => {
    const schedule = await makeSchedule({}, { catchupWindow: '10s' });
    await world.killCoordinators();
    const { workflowId } = await triggerSchedule(world.temporal, schedule);
    const startedAt = Date.now();
    while (Date.now() - startedAt < 11_000) await delay(100);
    world.startCoordinator();
    const report = await world.report(handleOf(workflowId ?? ''));
    expect(report).toMatchObject({ outcome: 'Skipped', readiness: [{ message: expect.stringMatching(/comes too late.*the catch-up window is 10s/) }] });
  });

  it('on a day of a blackout', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const schedule = await makeSchedule({ blackouts: [{ from: day, until: '9998-12-31', timeZone: 'UTC', reason: 'year end' }] });
    const { workflowId } = await triggerSchedule(world.temporal, schedule);
    const report = await world.report(handleOf(workflowId ?? ''));
    const reason = expect.stringMatching(/in the blackout of .* UTC \(year end\), which ends at 9999-/);
    expect(report).toMatchObject({ outcome: 'Skipped', failure: null, nodes: [], readiness: [{ id: 'schedule.start', message: reason }] });
    expect((await eventsOf(workflowId ?? '')).map(({ number }) => number)).toEqual([1003, 2012]);
  });

  it('when another run is at work on the cluster, and that one goes on', async () => {
    const schedule = await makeSchedule();
    const working = await world.start({ approval: 'plan' });
    await world.until(working, ({ phase }) => phase === 'awaitingApproval');
    const { workflowId } = await triggerSchedule(world.temporal, schedule);
    const report = await world.report(handleOf(workflowId ?? ''));
    expect(report).toMatchObject({ outcome: 'Skipped', readiness: [{ id: 'schedule.start', message: expect.stringContaining(working.workflowId) }] });
    expect((await eventsOf(workflowId ?? '')).map(({ number }) => number)).toEqual([1003, 2012]);
    // Whoever names the cluster means the run at work.
    await expect.poll(async () => (await requireRun(world.temporal, world.name)).workflowId).toBe(working.workflowId);
    await world.say(working, 'approve');
    expect((await world.report(working)).outcome).toBe('Succeeded');
  });

  it('when the earlier run of the same schedule is still alive', async () => {
    await world.untilFree();
    await world.offerNext();
    const schedule = await makeSchedule({ approval: 'plan' });
    const first = await triggerSchedule(world.temporal, schedule);
    await world.until(handleOf(first.workflowId ?? ''), ({ phase }) => phase === 'awaitingApproval');
    // Temporal gives runs an id with the second in it; a trigger within the same one would start nothing.
    await expect.poll(() => first.workflowId?.includes(new Date().toISOString().slice(0, 19)), { timeout: 2000 }).toBe(false);
    const second = await trigger(schedule);
    expect(second).toMatchObject({ outcome: 'Skipped', readiness: [{ message: expect.stringContaining(first.workflowId ?? 'no run') }] });
    await world.say(handleOf(first.workflowId ?? ''), 'stop');
    expect((await world.report(handleOf(first.workflowId ?? ''))).outcome).toBe('Canceled');
  });
});

/** What a run did and what it was asked for, without occasion and versions. */
function substance({ outcome, options, nodes: of }: Report): unknown {
  const did = of.map(({ node, outcome: ended, installed: count, passes, steps, restarts }) => ({
    node,
    ended,
    count,
    passes,
    restarts: restarts.length,
    steps: steps.map(({ step }) => step),
  }));
  return { outcome, options, did };
}
