import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../domain/errors.js';
import { trialEvent } from '../../domain/notification.js';
import { targetSettingsSchema } from '../../domain/target-settings.js';
import { createTargets } from '../../targets/targets.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-scripts-'));
});
afterAll(() => rm(directory, { recursive: true }));

const event = trialEvent('run-1/node1/7', 'c1', new Date('2026-01-01T00:00:00Z'));
const { signal } = new AbortController();

async function script(name: string, lines: string, mode = 0o755): Promise<void> {
  await writeFile(join(directory, name), `#!/bin/sh\n${lines}\n`);
  await chmod(join(directory, name), mode);
}
function target(command: string, scripts = directory) {
  const settings = targetSettingsSchema.parse({ command, timeout: '1s' });
  return createTargets({ targets: { pager: settings }, scripts }).find('pager') ?? expect.fail('no target');
}
const failure = (act: Promise<unknown>) =>
  act.then(
    () => expect.fail('it was taken'),
    (error: unknown) => failureOf(error),
  );

describe('a command', () => {
  it('is given the event, and nothing of what the coordinator has in its environment', async () => {
    process.env['TEMPORAL_API_KEY'] = 's3cret';
    await script('page', `cat > ${directory}/event; env > ${directory}/env`);
    await target('page').deliver(event, signal);
    delete process.env['TEMPORAL_API_KEY'];
    expect(JSON.parse(await readFile(join(directory, 'event'), 'utf8'))).toEqual(event);
    const env = await readFile(join(directory, 'env'), 'utf8');
    expect(env).toContain('CAU_EVENT_ID=run-1/node1/7\n');
    expect(env).toContain('CAU_EVENT_NUMBER=2016\n');
    expect(env).not.toContain('s3cret');
  });

  it('is told of whatever somebody took for the name of a node', async () => {
    await script('page', `cat > ${directory}/event; env > ${directory}/env`);
    const strange = { ...event, node: `n\0de${'x'.repeat(300_000)}` };
    await target('page').deliver(strange, signal);
    expect(JSON.parse(await readFile(join(directory, 'event'), 'utf8'))).toEqual(strange);
    expect(await readFile(join(directory, 'env'), 'utf8')).toMatch(/^CAU_EVENT_NODE=nde?x+$/m);
  });

  it('need not read what it is given', async () => {
    await script('deaf', 'exit 0');
    await expect(target('deaf').deliver({ ...event, message: 'x'.repeat(300_000) }, signal)).resolves.toBeUndefined();
  });

  it('that fails has not taken it, and nothing that it says is kept', async () => {
    await script('fails', 'echo s3cret >&2; exit 3');
    const failed = await failure(target('fails').deliver(event, signal));
    expect(failed).toMatchObject({ code: 'TargetFailed', message: 'Command pager: it ended with 3.' });
    expect(JSON.stringify(failed)).not.toContain('s3cret');
  });

  it('that does not end is killed, with what it began', async () => {
    await script('endless', `sleep 600 & echo $! > ${directory}/pid; wait`);
    expect((await failure(target('endless').deliver(event, signal))).message).toBe('Command pager: it did not end within 1s, and was killed.');
    const pid = Number(await readFile(join(directory, 'pid'), 'utf8'));
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('is refused when others may write it or its directory, when it is no program, and when it is not there', async () => {
    await script('writable', 'exit 0', 0o777);
    await script('plain', 'exit 0', 0o644);
    await symlink(join(directory, 'writable'), join(directory, 'link'));
    await mkdir(join(directory, 'open'));
    await chmod(join(directory, 'open'), 0o777);
    const refusals = await Promise.all(['writable', 'plain', 'link', 'nowhere'].map((name) => failure(target(name).check())));
    expect(refusals.map(({ code }) => code)).toEqual(['ConfigurationInvalid', 'ConfigurationInvalid', 'ConfigurationInvalid', 'ConfigurationInvalid']);
    expect(refusals.map(({ message }) => message).join('\n')).toMatch(
      /written by others[\s\S]*no file that can be executed[\s\S]*written by others[\s\S]*ENOENT/,
    );
    expect((await failure(target('page', join(directory, 'open')).check())).message).toMatch(/written by others/);
  });

  it('is a name, not a path', () => {
    for (const command of ['../page', '/bin/sh', 'a b', '.hidden']) expect(targetSettingsSchema.safeParse({ command }).success, command).toBe(false);
  });
});

async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && !/\) Z /.test(stat);
}
