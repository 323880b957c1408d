import { execa } from 'execa';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reportSchema } from '../../domain/report.js';
import { exitCodeOf, outcomeExitCodes } from '../../cli/exit-codes.js';
import { clusterKey } from '../../workflows/messages.js';
import { cauProgram, createWorld, type World } from '../helpers/simulated-world.js';

let world: World;
let home: string;
beforeAll(async () => {
  world = await createWorld();
  home = await mkdtemp(join(tmpdir(), 'cau-home-'));
});
afterAll(async () => {
  await world.stop();
  await rm(home, { recursive: true });
});

/** The command line as a user runs it, with nothing of this machine's configuration. */
const cau = (args: readonly string[], env: Record<string, string> = {}) =>
  execa(process.execPath, [cauProgram, ...args], {
    reject: false,
    stdin: 'ignore',
    env: { HOME: home, XDG_CONFIG_HOME: home, TEMPORAL_ADDRESS: inject('temporalAddress'), CAU_TASK_QUEUE: world.taskQueue, NO_COLOR: '1', ...env },
  });
const simulated = ['--plugins', 'simulated'];

describe('cau', () => {
  it('alone shows the state and the next sensible command', async () => {
    const { stdout, exitCode } = await cau([]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Temporal answers at .*[\s\S]*Next: cau /);
  });

  it('options lists every option with its default, and the JSON Schema of the input of a run; nobody is asked', async () => {
    const nobody = { TEMPORAL_ADDRESS: '127.0.0.1:9' };
    const table = await cau(['options'], nobody);
    expect(table.stdout).toMatch(/^option +default +allowed +meaning\n[\s\S]*\ndrainWhen +always +always, restartExpected or never +Whether a node is drained/);
    const { options } = JSON.parse((await cau(['options', '--json'], nobody)).stdout) as { options: unknown[] };
    expect(options).toContainEqual(expect.objectContaining({ name: 'allowOutage', flag: '--allow-outage', default: false, allowed: 'true or false' }));
    const schema = JSON.parse((await cau(['options', '--schema'], nobody)).stdout) as unknown;
    expect(schema).toMatchObject({ title: 'The input of an Updating Run', required: ['cluster'] });
  });

  it('preview shows the plan and changes nothing', async () => {
    const { stdout, exitCode } = await cau(['preview', world.name, ...simulated]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/1\.\s+node3\s+3\s+0/);
    expect(stdout).toContain('web: node1 -> ');
    expect(stdout).toContain('A run could start now.');
    expect(await world.cluster.installLog('node1')).toEqual([]);
  });

  it('run shows its progress on standard error and the report on standard output', async () => {
    const { stdout, stderr, exitCode } = await cau(['run', world.name, ...simulated, '--reason', 'a test']);
    expect(stderr).toMatch(/node3: installing: 3 updates by simulated, pass 1[\s\S]*node2: Succeeded/);
    expect(stdout).toMatch(/Updating Run of cluster \S+: Succeeded in/);
    expect(stdout).toMatch(/node1 {2,}Succeeded {2,}4 {2,}once/);
    expect(stdout).toMatch(/web {2,}2 {2,}not measured/);
    expect(exitCode).toBe(0);
  });

  it('report show --json is the report, whole and alone', async () => {
    const { stdout, exitCode } = await cau(['--json', 'report', 'show', world.name]);
    expect(reportSchema.parse(JSON.parse(stdout))).toMatchObject({ outcome: 'Succeeded', reason: 'a test' });
    expect(exitCode).toBe(0);
  });

  it('report list has the runs of a cluster with their results, within a period', async () => {
    const { stdout, exitCode } = await cau(['report', 'list', world.name, '--since', '1h']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^started +cluster +result[^\\n]*\\n\\S+Z +${world.name} +Succeeded .*4 Succeeded +\\d+ .*cau/run/${world.name}/\\S+$`));
    const { runs } = JSON.parse((await cau(['report', 'list', world.name, '--json'])).stdout) as { runs: unknown[] };
    expect(runs).toEqual([expect.objectContaining({ cluster: world.name, result: 'Succeeded', reason: 'a test', nodes: '4 Succeeded' })]);
    const before = await cau(['report', 'list', world.name, '--until', '1h']);
    expect(before).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^No run of that time[\s\S]*cau report list --archive/) });
  });

  it('report export writes a web page or a table, to a file or to standard output', async () => {
    const page = join(home, 'report.html');
    const { stdout } = await cau(['report', 'export', world.name, '--output', page]);
    expect(stdout).toBe(`${page}: 1 report`);
    expect(await readFile(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]*Updating Run of cluster[\s\S]*<\/html>\n$/);
    const table = await cau(['report', 'export', world.name, '--format', 'csv', '--last', '5']);
    expect(table.stdout).toMatch(/^cluster,run,requestedBy,[^\n]*\n[\s\S]*,node1,Succeeded,[^\n]*,kernel,1\.0,1\.1,/);
    const { runs, content } = JSON.parse((await cau(['report', 'export', world.name, '--format', 'csv', '--json'])).stdout) as {
      runs: string[];
      content: string;
    };
    expect(runs).toEqual([expect.stringMatching(/^cau\/run\//)]);
    expect(content.trim().replaceAll('\r\n', '\n')).toBe(table.stdout.trim().replaceAll('\r\n', '\n'));
  });

  it('report reads the archive of a node when Temporal does not answer', async () => {
    const nobody = { TEMPORAL_ADDRESS: '127.0.0.1:9' };
    const { stdout } = await cau(['report', 'show', world.name, '--json']);
    const archive = await mkdtemp(join(home, 'archive-'));
    await writeFile(join(archive, 'one.json'), stdout);
    await writeFile(join(archive, 'two.json'), 'cut off');
    const listed = await cau(['report', 'list', '--archive', archive], nobody);
    expect(listed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(world.name), stderr: expect.stringMatching(/two\.json is not a report/) });
    expect((await cau(['report', 'show', '--archive', archive, '--json'], nobody)).stdout).toBe(stdout);
    expect((await cau(['report', 'export', '--archive', archive], nobody)).stdout).toContain('<!doctype html>');
  });

  it('status shows the last run of the cluster', async () => {
    const { stdout } = await cau(['status', world.name]);
    expect(stdout).toMatch(new RegExp(`Cluster ${world.name} {2}Succeeded`));
  });

  it('run --detach leaves the run to itself, and stop ends it in order', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign({}, update, { endlessOn: ['node3'] })));
    const { stdout } = await cau(['--json', 'run', world.name, ...simulated, '--detach']);
    const { workflowId } = JSON.parse(stdout) as { workflowId: string };
    const handle = world.temporal.client.workflow.getHandle(workflowId);
    await world.until(handle, (progress) => progress.nodes.some((node) => node.step === 'installing'));
    const busy = await cau(['run', world.name, ...simulated]);
    expect(busy).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('ClusterBusy') });
    expect((await cau(['pause', world.name])).stdout).toMatch(/^pause accepted/);
    expect((await cau(['resume', world.name])).stdout).toMatch(/^resume accepted/);
    expect(await cau(['resume', world.name])).toMatchObject({
      exitCode: 7,
      stdout: expect.stringMatching(/^resume refused by cau\/run\/\S+: the run is not paused\.$/),
    });
    expect((await cau(['stop', world.name, '--reason', 'enough'])).stdout).toMatch(/^stop accepted/);
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
    expect((await world.report(handle)).commands.map((answer) => [answer.command, answer.accepted])).toEqual([
      ['pause', true],
      ['resume', true],
      ['resume', false],
      ['stop', true],
    ]);
  });

  it('config show tells every value with its origin, and no secret', async () => {
    const file = join(home, 'own.yaml');
    await writeFile(file, 'cluster: c1\nnodeWorker:\n  allowRestart: false\n');
    const { stdout } = await cau(['--json', '--config', file, 'config', 'show'], { TEMPORAL_API_KEY: 'very-secret' });
    const { settings } = JSON.parse(stdout) as { settings: Record<string, { value: unknown; origin: string }> };
    expect(settings).toMatchObject({
      cluster: { value: 'c1', origin: `file ${file}` },
      allowRestart: { value: false, origin: `file ${file}` },
      address: { origin: 'environment TEMPORAL_ADDRESS' },
      namespace: { value: 'default', origin: 'default' },
    });
    expect(stdout).not.toContain('very-secret');
  });

  it('version tells the version', async () => {
    expect((await cau(['version'])).stdout).toMatch(/^cau \d+\.\d+\.\d+ \(Node\.js \d+/);
  });
});

describe('cau --json prints one JSON document on standard output and nothing else there:', () => {
  it.each<[string, (cluster: string) => readonly string[], string]>([
    ['the overview', () => ['--json'], 'next'],
    ['a preview', (cluster) => ['preview', cluster, ...simulated, '--json'], 'plan'],
    ['a status', (cluster) => ['status', cluster, '--json'], 'progress'],
    ['a run that is followed', (cluster) => ['--json', 'status', '--follow', cluster], 'outcome'],
    ['a report', (cluster) => ['report', 'show', cluster, '--json'], 'nodes'],
    ['a list of reports', (cluster) => ['report', 'list', cluster, '--json'], 'runs'],
    ['the configuration', () => ['config', 'show', '--json'], 'settings'],
    ['the version', () => ['version', '--json'], 'cau'],
    ['a command to a run that is over', (cluster) => ['pause', cluster, '--json'], 'failure'],
    ['a failure', () => ['run', 'nowhere', '--json'], 'failure'],
    ['wrong use', () => ['run', 'c1', '--drain-timeot', '5m', '--json'], 'failure'],
    ['an unknown command', () => ['--json', 'dance'], 'failure'],
  ])('%s', async (_title, args, field) => {
    const { stdout } = await cau(args(world.name));
    expect(JSON.parse(stdout)).toHaveProperty(field);
  });
});

describe('cau on a terminal', () => {
  it('renews one table of nodes, steps, elapsed and expected times, and roles, and leaves its last state above the report', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
    const command = `stty cols 110 rows 40; exec ${process.execPath} ${cauProgram} run ${world.name} --plugins simulated`;
    const { stdout, exitCode } = await execa('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      reject: false,
      stdin: 'ignore',
      env: { HOME: home, XDG_CONFIG_HOME: home, TEMPORAL_ADDRESS: inject('temporalAddress'), CAU_TASK_QUEUE: world.taskQueue, NO_COLOR: '', SHELL: '/bin/sh' },
    });
    expect(exitCode).toBe(0);
    const lines = stripVTControlCharacters(stdout).split(/\r?\n/);
    const seen = (words: RegExp) => lines.findIndex((line) => words.test(line));
    expect(seen(/Ctrl-C leaves the run running\. To stop it: cau stop cau\/run\//)).toBeGreaterThan(-1);
    expect(seen(/^node3 +(preparing|holding|draining|proving|installing|scanning|verifying|releasing|settling) [\d.]+ s +[\d.]+ s/)).toBeGreaterThan(-1);
    expect(seen(/ updating {2}[\d.]+ s, about [\d.]+ s left$/)).toBeGreaterThan(-1);
    expect(seen(/^node2 +waiting +\(about [\d.]+ s\)/)).toBeGreaterThan(-1);
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith(`Cluster ${world.name}`)));
    const table = ['node', 'node3', 'node4', 'node1', 'node2', 'role', 'web', 'db', 'shop', 'Updating Run of cluster'];
    expect(table.map((first) => last.findIndex((line) => line.startsWith(first)))).toEqual(
      table.map((first) => last.findIndex((line) => line.startsWith(first))).toSorted((left, right) => left - right),
    );
    expect(last[0]).toMatch(/ {2}Succeeded {2}(\d+ min )?[\d.]+ s$/);
    expect(last.some((line) => /^node2 +Succeeded +[\d.]+ s +1$/.test(line.trimEnd()))).toBe(true);
    expect(Math.max(...lines.filter((line) => line.startsWith('node')).map((line) => line.length))).toBeLessThanOrEqual(110);
  });
});

describe('cau refuses, in words and with its own exit code,', () => {
  it.each([
    ['an unknown command', ['dance'], 2, /unknown command 'dance'/],
    ['an unknown option', ['run', 'c1', '--drain-timeot', '5m'], 2, /unknown option '--drain-timeot'/],
    ['an option that is out of range', ['run', 'c1', '--max-scan-passes', '99'], 2, /maxScanPasses/],
    [
      'a duration without a unit',
      ['run', 'c1', '--drain-timeout', '10'],
      2,
      /InvalidInput: options\.drainTimeout: must be a duration \(a number with a unit\) .*\(given: 10\)\./,
    ],
    [
      'a word for a number',
      ['run', 'c1', '--max-scan-passes', 'many'],
      2,
      /InvalidInput: options\.maxScanPasses: must be a whole number from 1 to 20 \(given: "many"\)\./,
    ],
    ['a choice that is none', ['run', 'c1', '--restart-when', 'often'], 2, /options\.restartWhen: must be "needed", "always" or "never" \(given: "often"\)\./],
    ['a cluster that is no name', ['run', 'c1/../x'], 2, /cluster: .*must be a name of /],
    ['no cluster at all', ['run'], 2, /no cluster is named/],
    ['a cluster that nobody serves', ['run', 'nowhere'], 6, /ClusterUnknown.*"nowhere"/],
    ['a run that is not there', ['status', 'no/such/run'], 2, /RunNotFound/],
    ['a command to a run that is not there', ['pause', 'no/such/run'], 2, /There is no run "no\/such\/run"/],
    ['a cluster without any run', ['report', 'show', 'nowhere'], 2, /RunNotFound: There is no run of cluster "nowhere", and none of that id/],
    ['a period that is none', ['report', 'list', '--since', 'yesterday'], 2, /--since: "yesterday" is no date/],
    ['a period that ends before it begins', ['report', 'list', '--since', '1h', '--until', '2h'], 2, /--since \(1h\) is not before --until \(2h\)/],
    ['a number of runs that is none', ['report', 'list', '--last', '0'], 2, /--last: "0".*1 to 1000/],
    ['a format that is none', ['report', 'export', '--format', 'pdf'], 2, /html, csv/],
    ['an archive that is not there', ['report', 'export', '--archive', '/no/such', '--output', '/x'], 2, /--archive: directory \/no\/such/],
    ['a configuration file that is not there', ['--config', '/no/such/file', 'status'], 2, /There is no configuration file/],
    ['a port that is none', ['serve', 'temporal', '--port', 'many'], 2, /"many" is no port/],
  ])('%s', async (_title, args, code, words) => {
    const { exitCode, stderr } = await cau(args);
    expect(stderr).toMatch(words);
    expect(exitCode).toBe(code);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('a command to a run that is over, saying so', async () => {
    const { exitCode, stderr } = await cau(['stop', world.name]);
    expect(stderr).toMatch(/RunNotFound: Run cau\/run\/\S+ is over\. .*cau report show cau\/run\//);
    expect(exitCode).toBe(2);
  });

  it('a Temporal that does not answer, naming its address', async () => {
    const { exitCode, stderr } = await cau(['status'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(stderr).toMatch(/TemporalUnavailable: Temporal at 127\.0\.0\.1:1 did not answer/);
    expect(exitCode).toBe(3);
  });

  it('a namespace that Temporal does not have, naming it', async () => {
    const { exitCode, stderr } = await cau(['--namespace', 'nowhere', 'status']);
    expect(stderr).toMatch(/TemporalUnsuitable: Temporal refuses: .*nowhere.*cau config show/is);
    expect(exitCode).toBe(3);
  });

  it('to guess which run is meant where runs of several clusters are at work', async () => {
    const start = (cluster: string) =>
      world.temporal.client.workflow.start('updatingRun', {
        taskQueue: `nobody-${world.name}`,
        workflowId: `by-hand-${cluster}-${world.name}`,
        args: [{ cluster }],
        workflowTaskTimeout: '2s',
        typedSearchAttributes: [{ key: clusterKey, value: cluster }],
      });
    const handles = await Promise.all(['one', 'other'].map(start));
    try {
      await expect
        .poll(async () => (await cau(['pause'])).stderr)
        .toMatch(/InvalidInput: It is not said which run is meant: runs of the clusters .*one.*other/);
      const named = await cau(['pause', handles[0]?.workflowId ?? '', '--json']);
      expect(JSON.parse(named.stdout)).toEqual({ workflowId: handles[0]?.workflowId, recorded: true });
    } finally {
      await Promise.all(handles.map((handle) => handle.terminate('by a test')));
    }
  });

  it('a configuration file with a typing error, naming file and field', async () => {
    const file = join(home, 'wrong.yaml');
    await writeFile(file, 'clutser: c1\n');
    const { exitCode, stderr } = await cau(['--config', file, 'config', 'show']);
    expect(stderr).toMatch(/wrong\.yaml.*clutser/);
    expect(exitCode).toBe(2);
  });
});

describe('the exit codes', () => {
  it('are those of the documentation', async () => {
    const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
    for (const [outcome, code] of Object.entries(outcomeExitCodes)) expect(page).toMatch(new RegExp(`\\| ${code} +\\|[^\\n]*${outcome}`));
    for (const code of ['ClusterBusy', 'NotReady', 'ClusterUnknown', 'TemporalUnavailable', 'InvalidInput'] as const)
      expect(page).toMatch(new RegExp(`\\| ${exitCodeOf(code)} +\\|[^\\n]*${code}`));
  });
});
