import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import { reportSchema } from '../../domain/report.js';
import { findFreePort } from '../../workers/temporal/ports.js';
import type { TemporalService } from '../../workers/temporal/start-service.js';
import { startServiceIn } from '../helpers/temporal-service.js';
import { atRest, cauProgram, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

let directory: string;
let port: number;
let temporal: TemporalService;
let world: World;
/** One run over all tests: its node stays in an installation until the last test lets it end. */
let handle: WorkflowHandle;

/** A Temporal service of our own, whose death harms nobody else. */
const startTemporal = () => startServiceIn(directory, port, () => Promise.resolve(inject('temporalCli')));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-outage-'));
  port = await findFreePort();
  temporal = await startTemporal();
  world = await createWorld(
    {
      nodes: ['node1', 'node2', 'node3'],
      roles: [{ id: 'web', kind: 'primitive', prefers: 'node1' }],
      updates: [{ name: 'app', version: '1.1', endlessOn: ['node2'] }],
    },
    { address: temporal.address },
  );
});
afterAll(async () => {
  await world.stop();
  await temporal.stop();
  await rm(directory, { recursive: true, force: true });
});

/** The command line, with what it has said so far on standard error. */
function cau(...args: readonly string[]) {
  const env = { HOME: directory, XDG_CONFIG_HOME: directory, TEMPORAL_ADDRESS: temporal.address, CAU_TASK_QUEUE: world.taskQueue, NO_COLOR: '1' };
  const child = execa(process.execPath, [cauProgram, ...args], { reject: false, stdin: 'ignore', env });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const until = (words: RegExp) => expect.poll(() => said, { timeout: 40_000, interval: 20 }).toMatch(words);
  return { child, until };
}

describe('a user who follows a run', () => {
  it('leaves it with Ctrl-C: it goes on, and he is told how to follow and how to stop it', async () => {
    const { child, until } = cau('run', world.name, '--plugins', 'simulated', '--nodes', 'node2,node3');
    await until(/node2: installing/);
    child.kill('SIGINT');
    const { exitCode, stderr, stdout } = await child;
    expect(exitCode).toBe(0);
    expect(stdout).toBe('');
    const workflowId = /cau stop (\S+)/.exec(stderr)?.[1] ?? '';
    expect(stderr).toContain(`The run goes on. Follow it: cau status --follow ${workflowId}   Stop it: cau stop ${workflowId}`);
    handle = world.temporal.client.workflow.getHandle(workflowId);
    expect((await handle.describe()).status.name).toBe('RUNNING');
  });

  it('gets one JSON document also when he leaves it, if he asked for that', async () => {
    const { child, until } = cau('--json', 'status', '--follow', world.name);
    await until(/node2: installing/);
    child.kill('SIGINT');
    expect(JSON.parse((await child).stdout)).toEqual({ workflowId: handle.workflowId, goesOn: true });
  });

  it('finds it again with "cau" alone', async () => {
    const { stdout } = await cau().child;
    expect(stdout).toMatch(new RegExp(`updating +${handle.workflowId}[\\s\\S]*Next: cau status --follow ${handle.workflowId}`));
  });
});

describe('without any Update Coordinator', () => {
  beforeAll(() => world.killCoordinators());

  it('"cau status" shows what Temporal itself knows, and says that this is partial', async () => {
    const { stdout, exitCode } = await cau('status', world.name).child;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Cluster ${world.name}: updating \\(${handle.workflowId}, RUNNING\\)\nThis is partial: no Update Coordinator answered`));
    expect(stdout).toMatch(/ {2}node2: at work\n {2}node3: waiting\n/);
    expect(stdout).toMatch(/cau\/node\/\S+\/node2: installUpdates: attempt 1/);
    expect(stdout).toContain('Start a coordinator ("cau serve coordinator"); the run goes on where it was.');
  });

  it('"cau status --json" says the same to programs', async () => {
    const { stdout } = await cau('status', world.name, '--json').child;
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'partial', partial: { phase: 'updating', nodes: { node2: 'at work', node3: 'waiting' } } });
  });

  it('a question is not asked for ever: nobody takes it up, and that is said', async () => {
    const { exitCode, stderr } = await cau('preview', world.name, '--plugins', 'simulated').child;
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(
      /^TemporalUnsuitable: No Update Coordinator on task queue "\S+" has taken up the question within 10 s\. Start one with "cau serve coordinator"\./,
    );
  });

  it('a command is recorded, and takes effect when one is back', async () => {
    const { stdout, exitCode } = await cau('skip', 'node3', world.name, '--reason', 'left out').child;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Recorded for \S+\. No Update Coordinator has answered; "skip" takes effect when one is back \("cau serve coordinator"\)\.$/);
    world.startCoordinator();
    const progress = await world.until(handle, (now) => now.commands.length > 0);
    expect(progress.commands).toMatchObject([{ command: 'skip', accepted: true, reason: 'left out' }]);
  });
});

describe('when Temporal dies in the middle of an installation', () => {
  it('who follows the run is told, waits, and gets its report; the update is installed once', async () => {
    const { child, until } = cau('--json', 'status', '--follow', world.name);
    await until(/node2: installing/);
    if (temporal.pid === null) throw new Error('not a service of our own');
    process.kill(temporal.pid, 'SIGKILL');
    await temporal.ended;
    await until(/Temporal does not answer\. Nodes go on with the step they are in\./);
    await world.cluster.offer([{ name: 'app', version: '1.1' }]);
    await expect.poll(() => world.cluster.installLog('node2'), { timeout: 20_000 }).toHaveLength(1);
    temporal = await startTemporal();
    const { stdout, exitCode } = await child;
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report.nodes.map((node) => [node.node, node.outcome])).toEqual([
      ['node2', 'Succeeded'],
      ['node3', 'Skipped'],
    ]);
    expect(exitCode).toBe(0);
    expect(await world.cluster.installLog('node2')).toHaveLength(1);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('"cau" alone says so, and what to do', async () => {
    await temporal.stop();
    const { stdout, exitCode } = await cau().child;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`Temporal at ${temporal.address} did not answer in 3 s\\.[\\s\\S]*Next: cau demo .*, or cau serve temporal`));
  });
});
