import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { cauProgram } from '../helpers/simulated-world.js';

/** Nothing of this gets as far as to ask anybody. */
const cau = (args: readonly string[]) =>
  execa(process.execPath, [cauProgram, ...args], { reject: false, stdin: 'ignore', env: { TEMPORAL_ADDRESS: '127.0.0.1:1', NO_COLOR: '1' } });

describe('Wrong use is refused in words, with what was meant where that is near, and the help of the command that was called:', () => {
  it.each([
    ['a mistyped command, whatever follows it', ['prview', 'c1', '--plugins', 'apt'], "unknown command 'prview'\n(Did you mean preview?)", 'cau'],
    ['a mistyped command of a group', ['schedule', 'creat'], "unknown command 'creat'\n(Did you mean create?)", 'cau schedule'],
    ['a mistyped option', ['run', 'c1', '--max-paralel-nodes', '2'], "unknown option '--max-paralel-nodes'\n(Did you mean --max-parallel-nodes?)", 'cau run'],
    ['a mistyped option without a command', ['--jsn'], "unknown option '--jsn'\n(Did you mean --json?)", 'cau'],
    ['a word too many', ['status', 'c1', 'foo'], "too many arguments for 'status'. Expected 1 argument but got 2.", 'cau status'],
    [
      'a word too many for a command of a group',
      ['config', 'show', 'foo'],
      "too many arguments for 'show'. Expected 0 arguments but got 1.",
      'cau config show',
    ],
    ['an argument that is missing', ['skip'], "missing required argument 'node'", 'cau skip'],
  ])('%s', async (_title, args, words, called) => {
    const { stdout, stderr, exitCode } = await cau(args);
    expect(stderr).toBe(`error: ${words}\n("${called} --help" lists what is allowed)`);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it('with --json in one document as well', async () => {
    const { stdout } = await cau(['--json', 'schedule', 'create', '--montly']);
    expect(JSON.parse(stdout)).toMatchObject({
      failure: { code: 'InvalidInput', message: expect.stringContaining("'--montly'"), remedy: '"cau schedule create --help" lists what is allowed.' },
    });
  });
});

it('Help is no wrong use: it goes to standard output, and ends with 0', async () => {
  for (const args of [['--help'], ['help', 'run'], ['schedule', 'create', '--help']]) {
    const { stdout, stderr, exitCode } = await cau(args);
    expect({ usage: stdout.startsWith('Usage: cau'), stderr, exitCode }, args.join(' ')).toEqual({ usage: true, stderr: '', exitCode: 0 });
  }
});
