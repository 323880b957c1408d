import { execa } from 'execa';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { cauProgram } from '../helpers/compiled.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-demo-test-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A demonstration without a terminal, with a directory of its own for all that it writes. */
async function startDemo(...args: readonly string[]) {
  const own = await mkdtemp(join(directory, 'demo-'));
  const env = { TMPDIR: own, HOME: own, XDG_CONFIG_HOME: own, CAU_TEMPORAL_CLI: inject('temporalCli'), NO_COLOR: '1' };
  const child = execa(process.execPath, [cauProgram, 'demo', ...args], { reject: false, stdin: 'ignore', env });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return {
    child,
    until: (words: RegExp) => expect.poll(() => said, { interval: 20 }).toMatch(words),
    processes: () => programsWith(`TMPDIR=${own}`),
    files: () => readdir(own),
  };
}

/** What runs with that in its environment, which everything inherits that such a process starts: program and arguments. */
async function programsWith(setting: string): Promise<string[]> {
  const read = (id: string, file: string) => readFile(`/proc/${id}/${file}`, 'utf8').catch(() => '');
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(ids.map(async (id) => ((await read(id, 'environ')).split('\0').includes(setting) ? [await read(id, 'cmdline')] : [])));
  return found.flat().map((line) => line.replaceAll('\0', ' ').trim());
}

describe.concurrent('cau demo', () => {
  it('without a terminal ends with the exit code of its run; the report is on standard output, all else on standard error', async () => {
    const { child, processes, files } = await startDemo();
    const { exitCode, stdout, stderr } = await child;
    expect(stdout).toMatch(/^\nUpdating Run of cluster demo: Succeeded in .*\n[\s\S]*by cau demo: demonstration\n[\s\S]*node2 +Succeeded +4 +once/);
    expect(stderr).toMatch(/Started Temporal at 127\.0\.0\.1:\d+\.\nStarted 2 Update Coordinators and a simulated cluster of 4 nodes\./);
    expect(stderr).toMatch(/\nTemporal Web UI: {2}http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/cau%2Frun%2Fdemo%2F\S+\nrole web: +http:/);
    expect(exitCode).toBe(0);
    expect(await processes()).toEqual([]);
    expect(await files()).toEqual([]);
  });

  it('that is told to end in the middle of its run ends it all: no process and no file is left', async () => {
    const { child, until, processes, files } = await startDemo('--json');
    await until(/node\d: installing/);
    const started = (await processes()).join('\n');
    for (const one of [/server start-dev/, /serve coordinator/, /serve node/, /machine-main/]) expect(started).toMatch(one);
    child.kill('SIGTERM');
    const { exitCode, stdout, stderr } = await child;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('Ending the demonstration.');
    expect(JSON.parse(stdout)).toMatchObject({ goesOn: false });
    expect(await processes()).toEqual([]);
    expect(await files()).toEqual([]);
  });
});
