import { execa } from 'execa';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { WorkflowHandle } from '@temporalio/client';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runEvents } from '../../client/events.js';
import type { RunEvent } from '../../domain/events.js';
import { guardId, nodeWorkflowId, notificationId } from '../../domain/names.js';
import { resetToStart } from '../helpers/reset-run.js';
import { atRest, cauProgram, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';
import { startReceiver, type Receiver } from '../helpers/webhook-receiver.js';

let world: World;
let chat: Receiver;
let pager: Receiver;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-notify-'));
  [chat, pager] = await Promise.all([startReceiver(), startReceiver()]);
  const file = async (name: string, content: string) => {
    await writeFile(join(directory, name), content);
    return join(directory, name);
  };
  const settings = {
    coordinator: {
      notify: {
        chat: {
          webhookFile: await file('chat.url', chat.url),
          headersFile: await file('chat.headers', 'Authorization: Bearer s3cret-token\n'),
          timeout: '30s',
        },
        pager: { webhook: pager.url, from: 'error', timeout: '30s', giveUpAfter: '1s' },
        // For a receiver that never answers.
        hasty: { webhook: chat.url, timeout: '1s' },
        script: { command: 'tell', from: 'warning', timeout: '30s' },
      },
      notifyScripts: directory,
    },
  };
  // One JSON document a line, and beside it what its environment says; the first is not taken at once.
  const tell = `#!/bin/sh\n[ -e ${directory}/tried ] || { touch ${directory}/tried; exit 1; }\ncat >> ${directory}/told; echo "$CAU_EVENT_NUMBER $CAU_EVENT_NODE" >> ${directory}/env\n`;
  await chmod(await file('tell', tell), 0o755);
  world = await createWorld({}, { coordinatorEnv: { CAU_CONFIG: await file('config.yaml', JSON.stringify(settings)) } });
});
beforeEach(async () => {
  await world.untilFree().catch(() => undefined);
  await world.offerNext();
});
afterAll(async () => {
  await world.stop();
  await Promise.all([chat.stop(), pager.stop()]);
  await rm(directory, { recursive: true });
});

const handleOf = (workflowId: string) => world.temporal.client.workflow.getHandle(workflowId);
async function notificationOf(handle: WorkflowHandle): Promise<WorkflowHandle> {
  const { raw, runId } = await handle.describe();
  return handleOf(notificationId(world.name, { workflowId: handle.workflowId, firstExecutionRunId: raw.workflowExecutionInfo?.firstRunId ?? runId }));
}
async function eventsOf(handle: WorkflowHandle): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of runEvents(world.temporal, handle, false, new AbortController().signal)) events.push(event);
  return events;
}
const idsOf = async (handle: WorkflowHandle) => (await eventsOf(handle)).map(({ id }) => id);
/** What a receiver took of the run, doubles dropped. */
const storyOf = (receiver: Receiver, handle: WorkflowHandle) => [
  ...new Map(
    receiver
      .taken()
      .filter(({ event }) => event.run === handle.workflowId)
      .map((one) => [one.id, one.event]),
  ).values(),
];
const whenTaken = (receiver: Receiver, handle: WorkflowHandle, count: number) =>
  expect.poll(() => storyOf(receiver, handle).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(count);

describe('a target', () => {
  it('is told every event of the run at least once, in order, although it is down and all coordinators are killed on the way', async () => {
    chat.answer(503);
    const handle = await world.start({ notify: ['chat'] }, { nodes: ['node3', 'node4'] });
    await expect.poll(() => chat.received.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    await world.killCoordinators();
    world.startCoordinator();
    const report = await world.report(handle);
    expect(report).toMatchObject({ outcome: 'Succeeded' });
    chat.answer(200);
    await whenTaken(chat, handle, 3);
    await world.killCoordinators();
    world.startCoordinator();
    expect(await (await notificationOf(handle)).result()).toEqual([{ target: 'chat', delivered: expect.any(Number), givenUp: 0, problem: null }]);
    expect(storyOf(chat, handle).map(({ id }) => id)).toEqual(await idsOf(handle));
    expect(storyOf(chat, handle).at(-1)).toMatchObject({ number: 1004 });
    expect(chat.taken().at(-1)?.headers.authorization).toBe('Bearer s3cret-token');
    for (const id of [handle.workflowId, guardId(world.name), nodeWorkflowId(world.name, 'node3'), (await notificationOf(handle)).workflowId])
      expect(historyToJSON(await handleOf(id).fetchHistory())).not.toMatch(/s3cret|127\.0\.0\.1:\d+\/hook/);
  });

  it('that is down holds up neither the run nor the cluster, and the report says so', async () => {
    chat.answer('hang');
    await world.offerNext((updates) => updates.filter(({ name }) => name === 'app').map((update) => Object.assign(update, { endlessOn: ['node4'] })));
    const handle = await world.start({ notify: ['hasty'], order: ['node3', 'node4'] }, { nodes: ['node3', 'node4'] });
    // One node is done, and the other one at work, before and after the run is told of the target.
    await expect.poll(() => world.cluster.halfInstalled('node4')).toEqual(['app']);
    await expect.poll(async () => (await eventsOf(handle)).map(({ number }) => number), { interval: 200 }).toContain(2014);
    world.cluster.endlessUpdate('node4', 'app', false);
    const report = await world.report(handle);
    expect(report.outcome).toBe('Succeeded');
    expect(expectAtRest(world.cluster)).toEqual(atRest);
    expect(report.readiness).toContainEqual(
      expect.objectContaining({ id: 'notify.target', message: expect.stringContaining('Webhook hasty: it did not answer within 1s') }),
    );
    expect((await (await notificationOf(handle)).describe()).status.name).toBe('RUNNING');
    chat.answer(200);
    await (await notificationOf(handle)).result();
    expect(storyOf(chat, handle).map(({ number }) => number)).toContain(2014);
    expect(storyOf(chat, handle).map(({ id }) => id)).toEqual(await idsOf(handle));
  });

  it('that wants only errors is told no others, and what it does not take in time is given up', async () => {
    pager.answer(500);
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => ({ ...update, failsOn: ['node3'] })));
    const handle = await world.start({ notify: ['pager'], maxRetriesPerNode: 0 }, { nodes: ['node3'] });
    await world.report(handle);
    const [result] = (await (await notificationOf(handle)).result()) as { givenUp: number }[];
    expect(result).toMatchObject({ target: 'pager', delivered: 0, problem: 'Webhook pager: it answers HTTP 500.' });
    const levels = new Set(pager.received.map(({ event }) => event.level));
    expect([...levels]).toEqual(['error']);
    expect(new Set(pager.received.map(({ id }) => id)).size).toBe(result?.givenUp);
  });

  it('that is a command is given each event that it wants, in order, also where it fails at first', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => ({ ...update, failsOn: ['node3'] })));
    const handle = await world.start({ notify: ['script'], maxRetriesPerNode: 0 }, { nodes: ['node3'] });
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Failed' });
    const results = await (await notificationOf(handle)).result();
    const wanted = (await eventsOf(handle)).filter(({ level }) => level !== 'information');
    expect(results).toEqual([{ target: 'script', delivered: wanted.length, givenUp: 0, problem: null }]);
    const linesOf = async (name: string) => (await readFile(join(directory, name), 'utf8')).split('\n').slice(0, -1);
    expect((await linesOf('told')).map((line) => JSON.parse(line) as RunEvent)).toEqual(wanted);
    expect(await linesOf('env')).toEqual(wanted.map(({ number, node }) => `${number} ${node ?? ''}`));
    expect(wanted.map(({ node }) => node)).toContain('node3');
  });

  it('hears of a run that was terminated, and of what is cleaned up after it', async () => {
    chat.answer(200);
    const handle = await world.start({ notify: ['chat'] }, { nodes: ['node3', 'node4'] });
    await expect.poll(() => storyOf(chat, handle).map(({ number }) => number), { timeout: 20_000 }).toContain(2008);
    await handle.terminate('by a test');
    await (await notificationOf(handle)).result();
    const told = storyOf(chat, handle).map(({ number }) => number);
    expect(told).toContain(1007);
    expect(told).toContain(1009);
  });

  it('hears the rest of a run that is reset, and nothing twice under another id', async () => {
    chat.answer(200);
    const handle = await world.start({ notify: ['chat'] }, { nodes: ['node3', 'node4'] });
    await expect.poll(() => storyOf(chat, handle).map(({ number }) => number), { timeout: 20_000 }).toContain(2008);
    await resetToStart(handle);
    const latest = handleOf(handle.workflowId);
    expect((await world.report(latest)).outcome).toBe('Succeeded');
    await (await notificationOf(latest)).result();
    const story = storyOf(chat, handle);
    expect(story.filter(({ number }) => number === 1003)).toHaveLength(1);
    expect(story.map(({ number }) => number)).not.toContain(1007);
    expect(story.at(-1)).toMatchObject({ number: 1004 });
  });

  it('that no coordinator knows is refused before anything is touched, with field and allowed values', async () => {
    expect(await world.refusal({ cluster: world.name, options: { plugins: ['simulated'], notify: ['chat', 'nobody'] } })).toMatchObject({
      code: 'InvalidInput',
      where: 'options.notify',
      message: 'options.notify: there is no target "nobody"; there is: chat, hasty, pager, script.',
    });
  });
});

describe('"cau notify"', () => {
  const cau = (...args: string[]) =>
    execa(process.execPath, [cauProgram, ...args], {
      reject: false,
      stdin: 'ignore',
      all: true,
      env: { CAU_CONFIG: join(directory, 'config.yaml'), TEMPORAL_ADDRESS: world.address, NO_COLOR: '1' },
    });

  it('tells a target an event that means nothing, and says what is wrong when it does not take it', async () => {
    chat.answer(200);
    expect(await cau('notify', 'test', 'chat')).toMatchObject({ exitCode: 0, all: 'Target chat took the event.' });
    expect(chat.received.at(-1)?.event).toMatchObject({ number: 2016, name: 'trial' });
    chat.answer(302);
    expect(await cau('notify', 'test', 'chat')).toMatchObject({ exitCode: 1, all: expect.stringContaining('answers with a redirect (HTTP 302)') });
    expect(await cau('notify', 'test', 'nobody')).toMatchObject({ exitCode: 2, all: expect.stringContaining('there is: chat, hasty, pager, script.') });
  });

  it('and "cau config show" show the targets, and no secret', async () => {
    const screens = await Promise.all([cau('notify', 'list'), cau('--json', 'notify', 'list'), cau('config', 'show'), cau('--json', 'config', 'show')]);
    for (const { all, exitCode } of screens) {
      expect(exitCode).toBe(0);
      expect(all).toMatch(/chat[\s\S]*pager[\s\S]*script/);
      expect(all).not.toMatch(/s3cret|\/hook/);
    }
  });
});
