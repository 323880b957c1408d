import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { deleteSchedule, planChange, planSchedule, requireSchedule, triggerSchedule, viewOf } from '../../client/schedules.js';
import { readScheduleFlags } from '../../cli/schedule-flags.js';
import { guardId } from '../../domain/names.js';
import { guardedNodesSchema } from '../../domain/node-order.js';
import { targetNewsSchema } from '../../domain/notification.js';
import type { Progress } from '../../domain/progress.js';
import type { Verification } from '../../domain/verify/verify-run.js';
import * as messages from '../../workflows/messages.js';
import { atRest, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';
import type { Json } from './bad-values.js';
import {
  commands,
  guardedNodes,
  guardOrder,
  nodeOrder,
  notificationOrder,
  recoveryRequest,
  runRequest,
  scheduleFlags,
  targetNews,
  verificationRequest,
} from './good-values.js';
import { printSeed } from './seed.js';
import { each, expectWords, sample, tries } from './tries.js';

const directory = mkdtempSync(join(tmpdir(), 'cau-bad-profiles-'));
const profiles = join(directory, 'profiles');
mkdirSync(profiles);

let world: World;
beforeAll(async () => {
  printSeed();
  writeFileSync(join(directory, 'take'), '#!/bin/sh\ncat > /dev/null\n');
  chmodSync(join(directory, 'take'), 0o755);
  const config = join(directory, 'config.yaml');
  writeFileSync(config, stringify({ coordinator: { notify: { chat: { command: 'take' } }, notifyScripts: directory } }));
  world = await createWorld({}, { coordinatorEnv: { CAU_PROFILES: profiles, CAU_CONFIG: config } });
});
afterAll(async () => {
  await world.stop();
  rmSync(directory, { recursive: true });
});
afterEach(expectUntouched);

async function expectUntouched(): Promise<void> {
  for (const node of ['node1', 'node2', 'node3', 'node4']) expect(await world.cluster.installLog(node)).toEqual([]);
  expect(expectAtRest(world.cluster)).toEqual(atRest);
}

/** Each workflow that anybody can start, with a good input. */
const inputs: Readonly<Record<string, Json>> = {
  updatingRun: runRequest,
  preview: runRequest,
  updateNode: nodeOrder,
  clusterGuard: guardOrder,
  notification: notificationOrder,
  recovery: recoveryRequest,
  verification: verificationRequest,
};
/** What anybody can say to a run, and to its guard, with a good value, and whether one is good; and what he can ask a run. */
const toRun: readonly (readonly [string, Json, (value: unknown) => boolean])[] = [
  ...Object.entries(commands).map(([name, good]) => [name, good, (value: unknown) => isCommand(name, value)] as const),
  ['target', targetNews, (value) => targetNewsSchema.safeParse(value).success],
];
const toGuard: typeof toRun = [['nodes', guardedNodes, (value) => guardedNodesSchema.safeParse(value).success]];
/** It has no value, and means the same whatever comes with it. */
const endGuard = 'end';
const questions = ['progress', 'plan', 'known'];

it('Every workflow, signal and query that there is, is among those that are tried', () => {
  const index = readFileSync(new URL('../../workflows/index.ts', import.meta.url), 'utf8');
  expect([...index.matchAll(/export \{ (\w+) \}/g)].map(([, name]) => name)).toEqual(expect.arrayContaining(Object.keys(inputs)));
  expect(Object.keys(inputs)).toHaveLength(index.match(/^export /gm)?.length ?? 0);
  const declared = Object.values(messages).flatMap((one) => ('type' in one && (one.type as string) !== 'KEYWORD' ? [`${one.type} ${one.name}`] : []));
  const tried = [...[...toRun, ...toGuard].map(([name]) => `signal ${name}`), `signal ${endGuard}`, ...questions.map((name) => `query ${name}`)];
  expect(new Set(declared)).toEqual(new Set(tried));
});

describe('a workflow that is started with anything at all ends at once, in words, and touches nothing', { timeout: 240_000 }, () => {
  // A value that happens to be good is one of a cluster that nobody serves, or of no run.
  it.each(Object.entries(inputs))('%s', async (type, good) => {
    await each(sample(good), async (input) => {
      const handle = await world.temporal.client.workflow.start(type, {
        taskQueue: world.taskQueue,
        workflowId: `test/${world.name}/bad/${randomUUID()}`,
        args: input === undefined ? [] : [input],
        workflowTaskTimeout: '2s',
        workflowExecutionTimeout: '100s',
      });
      await handle.result().then(() => undefined, expectWords);
      expect((await handle.describe()).status.name).not.toBe('TIMED_OUT');
    });
  });
});

it('A workflow that only asks, with a good value of the cluster that is served, answers what was asked, and touches nothing', async () => {
  const handle = await world.start({ approval: 'plan' });
  await world.until(handle, ({ phase }) => phase === 'awaitingApproval');
  await world.say(handle, 'stop');
  expect((await world.report(handle)).outcome).toBe('Canceled');
  await world.untilFree();
  const ask = (type: string, good: Json, more: object) =>
    world.temporal.client.workflow.execute(type, {
      taskQueue: world.taskQueue,
      workflowId: `test/${world.name}/good/${randomUUID()}`,
      args: [{ ...(good as object), cluster: world.name, ...more }],
      workflowTaskTimeout: '2s',
    });
  const profile = join(profiles, 'fast.yaml');
  writeFileSync(profile, stringify({ description: 'fast', options: { drainTimeout: '1m' } }));
  const options = { ...(runRequest as { options: object }).options, plugins: ['simulated'] };
  const planned = ['node1', 'node2'].map((node) => expect.objectContaining({ node, action: 'update' }));
  expect(await ask('preview', runRequest, { options })).toMatchObject({ cluster: world.name, plan: { nodes: expect.arrayContaining(planned) } });
  rmSync(profile);
  expect(await ask('recovery', recoveryRequest, {})).toMatchObject({ applied: false, did: [], left: { holds: [], lease: null }, refused: null });
  const { findings } = (await ask('verification', verificationRequest, { workflowId: handle.workflowId })) as Verification;
  expect(findings.map(({ broken }) => broken)).toEqual(findings.map(() => []));
  expect(findings.length).toBeGreaterThan(0);
});

describe('a run to which anything at all is said', { timeout: 240_000 }, () => {
  it('answers or passes over it, and can be stopped after all that', async () => {
    const handle = await world.start({ approval: 'plan', notify: ['chat'] });
    await world.until(handle, ({ phase }) => phase === 'awaitingApproval');
    const guard = world.temporal.client.workflow.getHandle(guardId(world.name));
    for (const [told, said] of [
      [handle, toRun],
      [guard, toGuard],
    ] as const) {
      for (const [name, good, isGood] of said) {
        // One that would be good says "stop" or "approve", and means it.
        const bad = sample(good).map((value) => (isGood(value) ? { unknown: value } : value));
        await each(bad, (value) => (value === undefined ? told.signal(name) : told.signal(name, value)));
      }
    }
    await each(sample(commands.pause), (value) => handle.signal('no such command', value));
    const progress = await world.until(handle, ({ commands: said }) => said.length === 100);
    expect(progress.commands.every(({ accepted }) => !accepted)).toBe(true);
    expect(progress.commands.every(({ answer }) => /^(pause|resume|stop|approve|skip): /.test(answer))).toBe(true);
    await each(sample(runRequest), async (value) => {
      for (const name of questions) await handle.query<unknown, [unknown]>(name, value);
      expect((await handle.query<Progress, [unknown]>('progress', value)).phase).toBe('awaitingApproval');
    });
    await world.say(handle, 'stop');
    const report = await world.report(handle);
    expect(report.outcome).toBe('Canceled');
    expect(report.commands.at(-1)).toMatchObject({ command: 'stop', accepted: true });
    expect(report.readiness.filter(({ id }) => id === 'notify.target')).toEqual([]);
    expect(await guard.result()).toEqual({ released: [], problem: null });
  });

  it('may lose its guard to whoever ends that, with whatever that comes, and then begins no node', async () => {
    const handle = await world.start({ approval: 'plan' });
    await world.until(handle, ({ phase }) => phase === 'awaitingApproval');
    const guard = world.temporal.client.workflow.getHandle(guardId(world.name));
    await each(sample(guardOrder), (value) => guard.signal(endGuard, value).catch(expectWords));
    expect(await guard.result()).toEqual({ released: [], problem: null });
    await world.say(handle, 'approve');
    const report = await world.report(handle);
    expect(report.outcome).toBe('Canceled');
    expect(report.nodes.map(({ reason }) => reason)).toEqual(report.nodes.map(() => expect.stringContaining('the guard of the cluster was lost')));
  });
});

describe('a schedule', { timeout: 240_000 }, () => {
  it('that is made with any flags is refused in words, or can be saved', async () => {
    const save = async (value: unknown) => {
      const { cluster = 'c1', ...flags } = flagsFrom(value);
      const id = `bad/${world.name}/${randomUUID()}`;
      await (await planSchedule(world.temporal, cluster, readScheduleFlags(flags), { id, paused: true, by: 'a test' })).save();
      await deleteSchedule(world.temporal, id);
    };
    await save(scheduleFlags);
    const refusals: unknown[] = [];
    await each(sample(scheduleFlags), (value) => save(value).catch((error: unknown) => void refusals.push(error)));
    refusals.forEach(expectWords);
    expect(refusals.length).toBeGreaterThan(tries / 4);
  });

  it('that gives its runs anything at all is shown; its runs end at once, in words; and a change of it is refused unless a run would take that', async () => {
    await each(sample(runRequest), async (input) => {
      const id = `bad-input/${world.name}/${randomUUID()}`;
      await world.temporal.client.schedule.create({
        scheduleId: id,
        spec: {},
        action: {
          type: 'startWorkflow',
          workflowType: 'updatingRun',
          workflowId: `test/${world.name}/scheduled/${randomUUID()}`,
          taskQueue: world.taskQueue,
          args: input === undefined ? [] : [input],
          workflowTaskTimeout: '2s',
          workflowExecutionTimeout: '100s',
        },
      });
      const view = viewOf(await requireSchedule(world.temporal, id));
      const { workflowId } = await triggerSchedule(world.temporal, id);
      const run = world.temporal.client.workflow.getHandle(workflowId ?? '');
      await run.result().then(() => undefined, expectWords);
      expect((await run.describe()).status.name).not.toBe('TIMED_OUT');
      const change = planChange(world.temporal, id, { times: {}, request: { reason: 'another one' }, unset: [] });
      if (view.request === null) await expect(change).rejects.toMatchObject({ code: 'InvalidInput', failure: { where: 'input' } });
      else await change.then(() => undefined, expectWords);
      await deleteSchedule(world.temporal, id);
    });
  });
});

describe('profiles', { timeout: 240_000 }, () => {
  it('of any content are used or refused with file and line, by a coordinator that goes on', async () => {
    const values = sample({ description: 'one', options: (runRequest as { options: Json }).options });
    for (const [index, value] of values.entries()) writeFileSync(join(profiles, `bad${index}.yaml`), stringify(value) ?? '');
    const refusals: unknown[] = [];
    await each([...values.keys()], async (index) => {
      const preview = world.temporal.client.workflow.execute('preview', {
        taskQueue: world.taskQueue,
        workflowId: `test/${world.name}/profile/${index}`,
        args: [{ cluster: 'nowhere', profile: `bad${index}` }],
        workflowTaskTimeout: '2s',
      });
      await preview.catch((error: unknown) => void refusals.push(error));
    });
    // Of a cluster that nobody serves, so that a good profile is refused in the end as well.
    expect(refusals).toHaveLength(tries);
    refusals.forEach(expectWords);
  });
});

/** As the command line has them: only known ones, each a text. */
function flagsFrom(value: unknown): Readonly<Record<string, string>> {
  const known = Object.keys(scheduleFlags as object);
  const given = Object.entries(typeof value === 'object' && value !== null ? value : {}).filter(([name]) => known.includes(name));
  return Object.fromEntries(given.map(([name, one]: [string, unknown]) => [name, typeof one === 'string' ? one : JSON.stringify(one)]));
}

function isCommand(name: string, value: unknown): boolean {
  const good = commands[name as keyof typeof commands] as Readonly<Record<string, unknown>>;
  return typeof value === 'object' && value !== null && 'requestId' in value && Object.keys(value).every((key) => key in good);
}
