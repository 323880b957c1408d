/** `lab exec` and `lab logs`: into a node, with the terminal of the caller. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { execa } from 'execa';
import { keeperLog } from '../keeper-protocol.js';
import { enterArguments, findInitPid } from '../machine.js';
import { labCommand, nodeDirectory } from '../place.js';
import { requireLab, requireNode } from './find-lab.js';

export function addInsideCommands(program: Command): void {
  program
    .command('exec')
    .description('Run a command inside a node; a shell when none is given. Ends with its exit code.')
    .argument('<node>', 'such as node1')
    .argument('[command...]', 'with its arguments')
    .passThroughOptions()
    .action(async (node: string, command: readonly string[], _flags: object, self: Command) => {
      const lab = await requireLab(self);
      requireNode(lab, node);
      const pid = findInitPid(lab.place, node);
      if (pid === null) throw new Error(`${node} is off; "${labCommand(lab.place, `start ${node}`)}" switches it on.`);
      const wanted = command[0] === '--' ? command.slice(1) : command;
      await runAttached(['nsenter', ...enterArguments(pid), ...terminal(), ...(wanted.length === 0 ? ['bash', '-l'] : wanted)]);
    });
  program
    .command('logs')
    .description("The journal of a node, also of one that is off; further arguments are journalctl's (default: -n 100). Or of the keeper.")
    .argument('<node>', 'such as node1, or "keeper"')
    .argument('[arguments...]', 'such as -u pacemaker -f, or --list-boots')
    .passThroughOptions()
    .action(async (node: string, given: readonly string[], _flags: object, self: Command) => {
      const lab = await requireLab(self);
      if (node === 'keeper') return runAttached(['tail', ...(given.length === 0 ? ['-n', '100'] : given), keeperLog(lab.place)]);
      requireNode(lab, node);
      const asked = given.length === 0 ? ['-n', '100'] : given;
      const pid = findInitPid(lab.place, node);
      const off = ['journalctl', '--no-pager', '--directory', join(nodeDirectory(lab.place, node), 'upper/var/log/journal'), ...asked];
      await runAttached(pid === null ? off : ['nsenter', ...enterArguments(pid), ...terminal(), 'journalctl', '--no-pager', ...asked]);
    });
}

/** What programs must know of the caller's terminal. */
function terminal(): string[] {
  return process.stdout.isTTY ? ['env', `TERM=${process.env['TERM'] ?? 'dumb'}`] : [];
}

async function runAttached([program = '', ...rest]: readonly string[]): Promise<void> {
  // Ctrl-C is for the program inside.
  process.on('SIGINT', () => undefined);
  const { exitCode } = await execa(program, rest, { stdio: 'inherit', reject: false });
  process.exitCode = exitCode ?? 1;
}
