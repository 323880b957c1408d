import { execa } from 'execa';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { cauProgram } from '../helpers/compiled.js';

let home: string;
const cluster = `c${randomUUID().slice(0, 8)}`;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cau-home-'));
});
afterAll(async () => {
  await cau(['schedule', 'delete', cluster]);
  await rm(home, { recursive: true });
});

const env = () => ({ HOME: home, XDG_CONFIG_HOME: home, TEMPORAL_ADDRESS: inject('temporalAddress'), NO_COLOR: '1' });
const cau = (args: readonly string[]) => execa(process.execPath, [cauProgram, ...args], { reject: false, stdin: 'ignore', env: env() });
const json = async (args: readonly string[]) => JSON.parse((await cau([...args, '--json'])).stdout) as Record<string, unknown>;
const secondTuesday = ['--monthly', 'second tuesday', '--at', '03:00', '--time-zone', 'Europe/Zurich'];

describe('cau schedule', () => {
  it('has no schedule until somebody makes one', async () => {
    expect((await cau(['schedule', 'list', cluster])).stdout).toMatch(new RegExp(`^There is no schedule of cluster ${cluster}`));
  });

  it('create --preview shows the next ten times and saves nothing', async () => {
    const { stdout, exitCode } = await cau(['schedule', 'create', cluster, ...secondTuesday, '--preview']);
    expect(stdout.match(/^ {2}Tue \d{4}-\d\d-\d\d 03:00 \+0[12]:00 Europe\/Zurich {3}\S+Z$/gm)).toHaveLength(10);
    expect(stdout).toMatch(/\nNothing is saved\.$/);
    expect(exitCode).toBe(0);
    expect((await cau(['schedule', 'show', cluster])).exitCode).toBe(2);
  });

  it('create says before it saves that this machine does not know the profile, or cannot use it, and nothing of one that is good', async () => {
    const notes = async (profile: string) => (await cau(['schedule', 'create', cluster, ...secondTuesday, '--preview', '--profile', profile])).stderr;
    expect(await notes('nope')).toMatch(/^Note: on this machine: profile: there is no profile "nope"; there is: .*cautious.*\. Runs take the profile that/m);
    expect(await notes('cautious')).toMatch(/^Note: no node worker/m);
    expect(await notes('cautious')).not.toMatch(/profile/);
  });

  it('create asks on a terminal, after the next ten times, and takes no for an answer', async () => {
    const words = ['schedule', 'create', cluster, '--daily', '--at', '03:00', '--time-zone', 'UTC'].join(' ');
    const { stdout, exitCode } = await execa('script', ['--quiet', '--return', '--command', `${process.execPath} ${cauProgram} ${words}`, '/dev/null'], {
      reject: false,
      input: 'n\n',
      env: { ...env(), SHELL: '/bin/sh' },
    });
    expect(stripVTControlCharacters(stdout)).toMatch(/The next 10 times:[\s\S]*Save schedule \S+ with these times\? \[y\/N\][\s\S]*Nothing is saved\./);
    expect(exitCode).toBe(7);
    expect((await cau(['schedule', 'show', cluster])).exitCode).toBe(2);
  });

  it('create shows the next ten times, then saves it; show, list and --json have it', async () => {
    const created = await cau(['schedule', 'create', cluster, ...secondTuesday, '--profile', 'cautious', '--paused']);
    expect(created.stdout).toMatch(/^The next 10 times:[\s\S]*is created\. Look at it: cau schedule show/);
    expect(created.stderr).toMatch(/^Note: no node worker of cluster/m);
    expect((await cau(['schedule', 'show', cluster])).stdout).toMatch(
      /Starts: +every second Tuesday of the month at 03:00, time of Europe\/Zurich\nState: +paused[\s\S]*profile cautious, as it is at each start[\s\S]*The next 10 times/,
    );
    expect((await cau(['schedule', 'list', cluster])).stdout).toMatch(/\S+ +c\S+ +paused +none until it is resumed +every second Tuesday/);
    expect(await json(['schedule', 'show', cluster])).toMatchObject({
      cluster,
      paused: true,
      absent: expect.arrayContaining([expect.stringContaining(`no node worker of cluster "${cluster}"`)]),
      lastRuns: [],
      request: { profile: 'cautious', catchupWindow: '1h' },
    });
  });

  it('update, pause and resume change what they name and nothing else', async () => {
    const before = await json(['schedule', 'show', cluster]);
    expect(await json(['schedule', 'update', cluster, '--reason', 'monthly'])).toMatchObject({
      saved: true,
      request: { profile: 'cautious', reason: 'monthly' },
    });
    expect((await cau(['schedule', 'resume', cluster, '--reason', 'tested'])).stdout).toMatch(/starts runs again/);
    const after = await json(['schedule', 'show', cluster]);
    const request = { ...(before['request'] as object), reason: 'monthly' };
    expect(after).toEqual({ ...before, request, paused: false, note: expect.stringMatching(/^resumed by .*: tested$/) });
    expect((await cau(['schedule', 'pause', cluster])).exitCode).toBe(0);
  });
});

describe('cau schedule refuses, naming field and what is allowed,', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['a schedule without times', ['create', cluster, '--id', 'x'], /when: .*--daily, --weekly, --monthly, --cron, --once/],
    ['two rules at once', ['create', cluster, '--id', 'x', '--daily', '--once', '2030-01-01T03:00'], /when: more than one rule/],
    ['a day that is none', ['create', cluster, '--id', 'x', '--weekly', 'someday'], /weekly: "someday".*allowed: monday/],
    ['a number of weeks that is none', ['update', cluster, '--every-weeks', 'two'], /everyWeeks: "two".*1 to 52/],
    ['a time of day that is none', ['update', cluster, '--at', '3am'], /rule\.at: .*"03:00".*given: "3am"/],
    ['an option out of range', ['update', cluster, '--max-scan-passes', '99'], /maxScanPasses/],
    ['to unset what cannot be', ['update', cluster, '--unset', 'cluster'], /unset: "cluster".*allowed: from, until, nodes/],
    ['an update of nothing', ['update', cluster], /nothing is named/],
    ['an id that is taken', ['create', cluster, ...secondTuesday], /id: there is a schedule/],
    ['a schedule that is not there', ['trigger', 'nowhere'], /ScheduleNotFound.*"nowhere"/],
    ['no schedule at all', ['show'], /schedule: none is named/],
  ])('%s', async (_title, args, words) => {
    const { exitCode, stderr } = await cau(['schedule', ...args]);
    expect(stderr).toMatch(words);
    expect(exitCode).toBe(2);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
