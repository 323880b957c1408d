/** A Linux node with systemd: boot id, restart, and operations as transient units that outlive the node worker. */
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { CauError } from '../domain/errors.js';
import type { NodeHost } from '../domain/ports/node-host.js';
import { readBoots } from './journal-boots.js';

/**
 * @param operationCommand the program and leading arguments that perform an operation; the specification's path follows
 */
export function createLinuxHost(operationCommand: readonly [string, ...string[]]): NodeHost {
  return {
    bootId: async () => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
    boots: readBoots,
    restart: () => systemd('RestartBlocked', 'systemctl', ['--no-block', 'reboot']),
    startOperation: (name, specificationFile) =>
      // An operator who restarts the node meanwhile waits until dpkg has ended in order: nothing in the unit is told to stop
      // (SIGCONT changes nothing), and only what outlives the operation is killed.
      systemd('InstallFailed', 'systemd-run', [
        `--unit=${name}`,
        '--collect',
        '--quiet',
        '--property=KillMode=mixed',
        '--property=KillSignal=SIGCONT',
        '--property=TimeoutStopSec=30min',
        `--description=Cluster-Aware Updating: ${name}`,
        '--',
        '/bin/sh',
        '-c',
        withInhibitor,
        'sh',
        ...operationCommand,
        specificationFile,
      ]),
    async isOperationRunning(name) {
      const { exitCode, stdout } = await execa('systemctl', ['show', '--property=ActiveState', '--value', `${name}.service`], { reject: false });
      // A unit that has ended and is gone is "inactive". No answer, as while systemd executes itself anew, is no end of the operation.
      if (exitCode !== 0 || stdout.trim() === '') return true;
      return ['active', 'activating', 'deactivating', 'reloading'].includes(stdout.trim());
    },
  };
}

/** Beside the operation, so that its lack (no logind) hinders nothing; systemd ends it with the unit. */
const withInhibitor =
  'systemd-inhibit --what=shutdown:sleep --mode=block --who="Cluster-Aware Updating" --why="the update of this node is under way" sleep infinity & exec "$@"';

async function systemd(code: 'RestartBlocked' | 'InstallFailed', command: string, args: readonly string[]): Promise<void> {
  const result = await execa(command, args, { reject: false, stdin: 'ignore', all: true });
  if (result.exitCode === 0 || /already (exists|loaded)/.test(result.all)) return;
  throw new CauError(code, `"${command} ${args[0] ?? ''}" failed on this node: ${result.all.slice(0, 500)}`);
}
