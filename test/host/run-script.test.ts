import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runScript, type ScriptRun } from '../../host/run-script.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-run-script-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function run(text: string, more: Partial<ScriptRun> = {}) {
  const file = join(directory, 'script');
  await writeFile(file, text);
  await chmod(file, 0o755);
  return runScript({ file, facts: { CAU_NODE: 'node1' }, timeoutMs: 20_000, ...more });
}
const sh = (text: string, more: Partial<ScriptRun> = {}) => run(`#!/bin/sh\n${text}\n`, more);
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
/** The process id that a script has written down. */
const pidIn = async (name: string) => Number(await readFile(join(directory, name), 'utf8').catch(() => '0'));
const expectGone = (pid: number) => expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);

describe('a script', () => {
  it('gives its exit code and what it wrote to both outputs', async () => {
    expect(await sh('echo quiet; echo loud >&2; exit 3')).toMatchObject({ ended: 'exited', exitCode: 3, signal: null, output: 'quiet\nloud\n', outputCut: 0 });
  });

  it("is told the facts, and nothing of the worker's own environment", async () => {
    process.env['TEMPORAL_API_KEY'] = 'secret';
    const { output } = await sh('env');
    delete process.env['TEMPORAL_API_KEY'];
    expect(output).toContain('CAU_NODE=node1\n');
    expect(output).toMatch(/^PATH=\/usr\/local\/sbin:/m);
    expect(output).not.toContain('secret');
    expect(output).not.toContain('TEMPORAL');
  });

  it('gets no input to wait for', async () => {
    expect(await sh('read answer; echo "got $answer"')).toMatchObject({ ended: 'exited', output: 'got \n' });
  });

  it('that floods its output is not stopped by that; the last 8 KiB are kept, and how much is not', async () => {
    const end = await sh('yes flood | head -c 20000000; echo; echo the end');
    expect(end).toMatchObject({ ended: 'exited', exitCode: 0 });
    expect(Buffer.byteLength(end.output)).toBeLessThanOrEqual(8 * 1024);
    expect(end.output).toMatch(/flood\n.*\n?the end\n$/);
    expect(end.outputCut).toBe(20_000_000 + 1 + 8 - 8 * 1024);
  });

  it('writes nothing that a terminal would act upon', async () => {
    expect((await sh(String.raw`printf '\033[2J\033[31mred\033[0m\007 \000done\r\n'`)).output).toBe('red done\n');
  });

  it('that hangs is ended at its timeout, with everything that it started', async () => {
    const end = await sh(`echo begun; sleep 300 & echo $! > ${directory}/child; wait`, { timeoutMs: 3000 });
    expect(end).toMatchObject({ ended: 'timedOut', output: 'begun\n' });
    expect(end.ms).toBeLessThan(15_000);
    await expectGone(await pidIn('child'));
  });

  it('that does not listen when it is asked to end is killed', async () => {
    const end = await sh(`trap '' TERM; echo $$ > ${directory}/self; while :; do sleep 1; done`, { timeoutMs: 3000 });
    expect(end).toMatchObject({ ended: 'timedOut', signal: 'SIGKILL' });
    await expectGone(await pidIn('self'));
  }, 20_000);

  it('that ends well after it was asked to has timed out all the same', async () => {
    expect(await sh(`trap 'echo cleaned up; exit 0' TERM; while :; do sleep 0.1; done`, { timeoutMs: 3000 })).toMatchObject({
      ended: 'timedOut',
      exitCode: 0,
      output: expect.stringMatching(/cleaned up\n$/),
    });
  });

  it('leaves nothing running behind, and what holds its output open does not keep it waiting', async () => {
    const end = await sh(`sleep 300 & echo $! > ${directory}/child; exit 0`);
    expect(end).toMatchObject({ ended: 'exited', exitCode: 0 });
    expect(end.ms).toBeLessThan(5000);
    await expectGone(await pidIn('child'));
  });

  it('that is killed by somebody says so', async () => {
    expect(await sh('kill -9 $$')).toMatchObject({ ended: 'signaled', signal: 'SIGKILL', exitCode: null });
  });

  it('can be ended at once', async () => {
    const ending = new AbortController();
    const ended = sh(`echo $$ > ${directory}/self; sleep 300`, { signal: ending.signal });
    await expect.poll(() => pidIn('self')).toBeGreaterThan(0);
    ending.abort();
    expect(await ended).toMatchObject({ ended: 'signaled' });
  });

  it('that cannot be started says why and what to do', async () => {
    await expect(run('#!/no/such/interpreter\n')).rejects.toMatchObject({ code: 'HookFailed', message: expect.stringContaining('could not be started') });
  });

  it('tells while it runs what it wrote last', async () => {
    const lines: string[] = [];
    const onLine = (line: string) => {
      lines.push(line);
      writeFileSync(join(directory, line), '');
    };
    // Each line until it was told.
    const say = (line: string) => `until [ -e ${directory}/${line} ]; do echo ${line}; sleep 0.05; done`;
    await sh(`${say('one')}; ${say('two')}`, { onLine });
    expect([...new Set(lines)]).toEqual(['one', 'two']);
  });
});
