/** The cluster stack of this very node: Pacemaker and corosync as systemd runs them. */
import { CauError } from '../../domain/errors.js';
import type { CommandResult, CommandRunner } from './commands.js';

/** Pacemaker stops first (it is ordered after corosync); sbd and the quorum device belong to corosync and go with it. */
const units = ['pacemaker.service', 'corosync.service'] as const;
const deviceUnit = 'corosync-qdevice.service';

/** A drained node's Pacemaker stops within seconds. Its own limit of 30 minutes is for roles that it still has to stop. */
const stopMs = 90_000;
const startMs = 25_000;

export interface StackState {
  readonly running: boolean;
  readonly startsAtBoot: boolean;
}

/** Whether the stack runs, and whether it starts at boot; Pacemaker pulls corosync in. */
export async function readStackState(run: CommandRunner): Promise<StackState> {
  const [active, enabled] = await Promise.all([run('systemctl', ['is-active', ...units]), run('systemctl', ['is-enabled', 'pacemaker.service'])]);
  return {
    running: active.stdout.split('\n').filter((line) => line === 'active' || line === 'activating').length === units.length,
    startsAtBoot: enabled.stdout.trim() === 'enabled',
  };
}

/** Stops the stack in order. @throws CauError `RestartBlocked` when it does not stop in time. */
export async function stopStack(run: CommandRunner, node: string): Promise<void> {
  const result = await run('systemctl', ['stop', ...units], { timeoutMs: stopMs });
  if (result.exitCode === 0) return;
  const why = result.timedOut ? `It does not stop within ${stopMs / 1000} s.` : lastWords(result);
  throw new CauError('RestartBlocked', `The cluster stack of ${node} could not be stopped in order. ${why}`, {
    where: node,
    remedy: `Look at "journalctl -u pacemaker -u corosync" on ${node}; a restart now could end in a fence or in roles that run twice.`,
  });
}

/** Starts the stack, with the quorum device where that is in use; it may still be starting afterwards. @throws CauError `ClusterToolFailed` */
export async function startStack(run: CommandRunner, node: string): Promise<void> {
  const device = await run('systemctl', ['is-enabled', deviceUnit]);
  const wanted = device.stdout.trim() === 'enabled' ? [...units, deviceUnit] : units;
  const result = await run('systemctl', ['start', ...wanted], { timeoutMs: startMs });
  // systemd goes on with a start whose systemctl was ended: SBD_DELAY_START takes minutes. That the node is a member is proven afterwards.
  if (result.exitCode === 0 || result.timedOut) return;
  throw new CauError('ClusterToolFailed', `The cluster stack of ${node} could not be started. ${lastWords(result)}`, { where: node });
}

function lastWords({ stderr, stdout }: CommandResult): string {
  return (stderr.trim() || stdout.trim()).slice(-400);
}
