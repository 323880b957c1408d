import { execa } from 'execa';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reportSchema } from '../../domain/report.js';
import { installRuntime } from '../../workers/runtime.js';
import { createWorkflowBundle } from '../../workers/workflow-bundle.js';
import { cauProgram, createWorld, type World } from '../helpers/simulated-world.js';

const secret = 'very-secret-path';

let world: World;
let home: string;
beforeAll(async () => {
  world = await createWorld({ nodes: ['node1', 'node2', 'node3'], roles: [{ id: 'web', kind: 'primitive' }] });
  home = await mkdtemp(join(tmpdir(), 'cau-home-'));
  await writeFile(join(home, 'own.yaml'), `coordinator:\n  notify:\n    ops: { webhook: "https://chat.example/${secret}" }\n`);
});
afterAll(async () => {
  await world.stop();
  await rm(home, { recursive: true });
});

const cau = (args: readonly string[]) =>
  execa(process.execPath, [cauProgram, ...args], {
    reject: false,
    stdin: 'ignore',
    cwd: home,
    env: {
      HOME: home,
      XDG_CONFIG_HOME: home,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      CAU_TASK_QUEUE: world.taskQueue,
      CAU_CONFIG: join(home, 'own.yaml'),
      NO_COLOR: '1',
    },
  });

describe('cau support', () => {
  it('writes all that is known of a run into one archive: its report, events, verification, versions, and histories that can be replayed; no secret', async () => {
    const report = await world.run();
    await world.untilFree();
    const { stdout, stderr, exitCode } = await cau(['support', report.run.workflowId, '--output', 'case.tar.gz', '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { files, missing } = JSON.parse(stdout) as { files: string[]; missing: unknown[] };
    expect(missing).toEqual([]);
    await execa('tar', ['-xzf', 'case.tar.gz'], { cwd: home });
    const [directory = ''] = (await readdir(home)).filter((name) => name.startsWith(`cau-support-${world.name}-`));
    const read = (name: string) => readFile(join(home, directory, name), 'utf8');
    expect(reportSchema.parse(JSON.parse(await read('report.json')))).toEqual(report);
    expect(JSON.parse(await read('verification.json'))).toMatchObject({ state: 'holds' });
    expect(JSON.parse(await read('about.json'))).toMatchObject({
      run: report.run.workflowId,
      temporal: { version: expect.stringMatching(/^\d/) },
      missing: [],
    });
    expect(await read('events.jsonl')).toMatch(/"runStarted"[\s\S]*"runSucceeded"/);
    expect(await read('report.html')).toContain('<!doctype html>');
    const histories = files.filter((name) => name.startsWith('histories/'));
    expect(histories).toEqual([
      'histories/00-updatingRun.json',
      `histories/01-clusterGuard-${world.name}.json`,
      ...report.nodes.map(() => expect.stringMatching(/^histories\/0\d-updateNode-node\d\.json$/)),
    ]);
    const replayed = await Promise.all(histories.map(async (name) => ({ workflowId: name, history: JSON.parse(await read(name)) as unknown })));
    installRuntime();
    const workflowBundle = await createWorkflowBundle();
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, replayed)) expect(error, workflowId).toBeUndefined();
    const whole = await Promise.all(files.map(read));
    expect(whole.filter((text) => text.includes(secret))).toEqual([]);
    expect((await stat(join(home, 'case.tar.gz'))).mode & 0o077).toBe(0);
  });

  it('of a run at work has what there is, and says what is missing and why', async () => {
    await world.offerNext((updates) =>
      updates.filter(({ name }) => name === 'app').map((update) => Object.assign(update, { endlessOn: ['node1', 'node2', 'node3'] })),
    );
    const handle = await world.start();
    const at = await world.until(handle, (progress) => progress.nodes.some((node) => node.step === 'installing'));
    const { stdout, stderr, exitCode } = await cau(['support', handle.workflowId]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^cau-support-${world.name}-\\S+\\.tar\\.gz: \\d+ files of run ${handle.workflowId}$`));
    expect(stderr).toMatch(/report\.json is not in it: .*is not over yet/);
    expect(stderr).toMatch(/verification\.json is not in it: /);
    await world.say(handle, 'stop', { after: 'step' });
    for (const { node } of at.nodes) world.cluster.endlessUpdate(node, 'app', false);
    await world.report(handle);
  });

  it('overwrites no file', async () => {
    const again = await cau(['support', world.name, '--output', 'case.tar.gz']);
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/case\.tar\.gz cannot be written: .*exist/) });
  });
});
