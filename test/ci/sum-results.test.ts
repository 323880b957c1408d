import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../.ci/sum-results.mjs', import.meta.url));
const testsOf = (...statuses: string[]) => statuses.map((status) => ({ status, title: status }));
const file = (status: string, assertionResults: object[], message = '') => ({ name: '/x.test.ts', status, message, assertionResults });

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-sum-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function sum(...suites: string[]): Promise<{ last: string | undefined; exitCode: number | undefined; all: string }> {
  const { stdout, exitCode } = await execa(process.execPath, [program, directory, ...suites], { reject: false });
  return { last: stdout.split('\n').at(-1), exitCode, all: stdout };
}

async function leave(suite: string, ...testResults: object[]): Promise<void> {
  await writeFile(join(directory, `${suite}.json`), JSON.stringify({ testResults }));
}

test('The last line is the sum over all suites, and the exit code is 0 when nothing failed', async () => {
  await leave('tests', file('passed', testsOf('passed', 'passed', 'skipped')), file('passed', testsOf('passed', 'todo')));
  await leave('lab-tests', file('passed', testsOf('passed')));
  expect(await sum('tests=0', 'lab-tests=0')).toMatchObject({ last: '4 passed, 0 failed, 2 skipped', exitCode: 0 });
});

test('A failed test fails the whole, and its exit code is not counted again', async () => {
  await leave('tests', file('failed', testsOf('passed', 'failed')));
  expect(await sum('tests=1')).toMatchObject({ last: '1 passed, 1 failed, 0 skipped', exitCode: 1 });
});

test('A failed test is named above the sum, with the beginning of what it failed with', async () => {
  const message = ['Error: expected 1 to be 2', ...Array.from({ length: 40 }, (_, line) => `at line ${line}`)].join('\n');
  await leave('tests', file('failed', [{ status: 'failed', fullName: 'a node is released', failureMessages: [message] }]));
  const { all } = await sum('tests=1');
  expect(all).toContain('  a node is released\n    Error: expected 1 to be 2\n    at line 0');
  expect(all).not.toContain('at line 20');
});

test('A file whose tests were not run counts as a failure and is named', async () => {
  await leave('tests', file('passed', testsOf('passed')), file('failed', [], 'Cannot find module'), file('failed', testsOf('skipped', 'skipped'), 'beforeAll'));
  const { last, exitCode, all } = await sum('tests=1');
  expect({ last, exitCode }).toEqual({ last: '1 passed, 2 failed, 2 skipped', exitCode: 1 });
  expect(all).toContain('/x.test.ts failed as a whole: Cannot find module');
});

test.each([
  ['left no result', undefined, 'tests=0', 'it left no result'],
  ['was broken off while it wrote its result', '{"testResults": [', 'tests=124', 'it left no result'],
  ['found no tests', '{"testResults": [{"name": "x", "status": "passed", "assertionResults": []}]}', 'tests=0', 'it found no tests'],
  [
    'ended badly although no test failed',
    '{"testResults": [{"name": "x", "status": "passed", "assertionResults": [{"status": "passed"}]}]}',
    'tests=1',
    'ended with 1 although no test failed',
  ],
])('A suite that %s counts as a failure', async (_what, content, suite, complaint) => {
  if (content !== undefined) await writeFile(join(directory, 'tests.json'), content);
  const { last, exitCode, all } = await sum(suite);
  expect(exitCode).toBe(1);
  expect(last).toMatch(/^\d+ passed, 1 failed, 0 skipped$/);
  expect(all).toContain(complaint);
});

test('No suite at all is a failure', async () => {
  expect(await sum()).toMatchObject({ last: '0 passed, 1 failed, 0 skipped', exitCode: 1 });
});
