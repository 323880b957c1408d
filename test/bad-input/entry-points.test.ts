import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { clientFailure } from '../../client/failures.js';
import type { Progress } from '../../domain/progress.js';
import { atRest, cauProgram, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';
import { badValues, type Json } from './bad-values.js';
import { commands, configuration, guardOrder, nodeOrder, recoveryRequest, runRequest, verificationRequest } from './good-values.js';

/** How often each way in is tried through a real Temporal service. */
const tries = 100;
const atOnce = 10;
const seed = Number(process.env['CAU_TEST_SEED'] ?? Date.now() % 2 ** 31);

const directory = mkdtempSync(join(tmpdir(), 'cau-bad-profiles-'));
const profiles = join(directory, 'profiles');
mkdirSync(profiles);

let world: World;
beforeAll(async () => {
  console.log(`bad input: seed ${seed} (CAU_TEST_SEED)`);
  world = await createWorld({}, { coordinatorEnv: { CAU_PROFILES: profiles } });
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

const sample = (good: Json, count = tries) => fc.sample(badValues(good), { numRuns: count, seed });

/** Does something with each, a few at a time. */
async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const left = [...items.entries()].map(([, item]) => item);
  const worker = async () => {
    for (let item = left.pop(); left.length >= 0 && item !== undefined; item = left.pop()) await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** What a person reads of a refusal: words, no stack trace. */
function expectWords(error: unknown): void {
  const failure = clientFailure(error);
  expect(failure.code).not.toBe('Unexpected');
  expect(`${failure.message} ${failure.remedy}`).not.toMatch(/\n\s+at |\[object Object\]/);
}

describe('a workflow that is started with anything at all ends at once, in words, and touches nothing', { timeout: 240_000 }, () => {
  // A value that happens to be good is one of a cluster that nobody serves, or of no run.
  it.each<[string, Json]>([
    ['updatingRun', runRequest],
    ['preview', runRequest],
    ['updateNode', nodeOrder],
    ['clusterGuard', guardOrder],
    ['recovery', recoveryRequest],
    ['verification', verificationRequest],
  ])('%s', async (type, good) => {
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

describe('a run to which anything at all is said', { timeout: 240_000 }, () => {
  it('answers or passes over it, and can be stopped after all that', async () => {
    const handle = await world.start({ approval: 'plan' });
    await world.until(handle, ({ phase }) => phase === 'awaitingApproval');
    for (const [name, good] of Object.entries(commands)) {
      // One that would be good says "stop" or "approve", and means it.
      const bad = sample(good).map((value) => (isGood(name, value) ? { unknown: value } : value));
      await each(bad, (value) => (value === undefined ? handle.signal(name) : handle.signal(name, value)));
    }
    await each(sample(commands.pause), (value) => handle.signal('no such command', value));
    const progress = await world.until(handle, ({ commands: said }) => said.length === 100);
    expect(progress.commands.every(({ accepted }) => !accepted)).toBe(true);
    expect(progress.commands.every(({ answer }) => /^(pause|resume|stop|approve|skip): /.test(answer))).toBe(true);
    await each(sample(runRequest), async (value) => {
      expect((await handle.query<Progress, [unknown]>('progress', value)).phase).toBe('awaitingApproval');
      await handle.query('plan', value);
    });
    await world.say(handle, 'stop');
    const report = await world.report(handle);
    expect(report.outcome).toBe('Canceled');
    expect(report.commands.at(-1)).toMatchObject({ command: 'stop', accepted: true });
  });
});

describe('profiles and configuration', { timeout: 240_000 }, () => {
  it('of any content are used or refused with file and line, by a coordinator that goes on', async () => {
    const values = sample({ description: 'one', options: (runRequest as { options: Json }).options });
    for (const [index, value] of values.entries()) writeFileSync(join(profiles, `bad${index}.yaml`), stringify(value) ?? '');
    await each([...values.keys()], async (index) => {
      const preview = world.temporal.client.workflow.execute('preview', {
        taskQueue: world.taskQueue,
        workflowId: `test/${world.name}/profile/${index}`,
        args: [{ cluster: 'nowhere', profile: `bad${index}` }],
        workflowTaskTimeout: '2s',
      });
      await preview.then(() => undefined, expectWords);
    });
  });

  it('of a node worker of any content end it at once with exit code 2 and one sentence, unless it is good', async () => {
    const file = (index: number) => join(directory, `config${index}.yaml`);
    const values = sample(configuration, 20);
    for (const [index, value] of values.entries()) writeFileSync(file(index), stringify(value) ?? '');
    for (const index of values.keys()) {
      const { exitCode, all } = await execa(process.execPath, [cauProgram, 'config', 'show', '--json'], {
        env: { CAU_CONFIG: file(index) },
        reject: false,
        all: true,
      });
      expect([0, 2]).toContain(exitCode);
      expect(all).not.toMatch(/\n\s+at /);
    }
  });
});

function isGood(name: string, value: unknown): boolean {
  const good = commands[name as keyof typeof commands] as Readonly<Record<string, unknown>>;
  return typeof value === 'object' && value !== null && 'requestId' in value && Object.keys(value).every((key) => key in good);
}
