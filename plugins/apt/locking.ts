/** Waiting for the lock of dpkg, which only one package manager may hold. */
import { setTimeout as delay } from 'node:timers/promises';
import { CauError } from '../../domain/errors.js';
import type { PluginContext } from '../../domain/ports/update-plugin.js';
import type { Said } from './commands.js';

/** How long another package manager may keep the lock; within the time limit of the installation itself. */
const patienceMs = 30 * 60_000;
const lookMs = 250;

/**
 * Does `act` again until no lock stands in its way. apt can wait by itself, but says nobody for what, and dpkg cannot.
 * @throws CauError `LockHeld` when the lock is never given up
 */
export async function untilUnlocked(progress: PluginContext['progress'], act: () => Promise<Said>): Promise<Said> {
  const since = Date.now();
  for (;;) {
    const said = await act();
    const holder = findLockHolder(said);
    if (holder === null) return said;
    const seconds = Math.round((Date.now() - since) / 1000);
    if (Date.now() - since > patienceMs)
      throw new CauError('LockHeld', `The lock of dpkg was held by ${holder} for ${Math.round(seconds / 60)} minutes.`, { where: 'dpkg' });
    progress(`waiting for the lock of dpkg, held by ${holder} (${seconds} s)`);
    await delay(lookMs);
  }
}

/** Who held the lock that stopped a command at its beginning; null when no lock stopped it. */
export function findLockHolder({ exitCode, all }: Said): string | null {
  if (exitCode === 0 || hasBegun.test(all) || !isLocked.test(all)) return null;
  const holder = /held by process (\d+ \([^)]*\))/.exec(all)?.[1] ?? /with pid (\d+)/.exec(all)?.[1];
  return holder === undefined ? 'another program' : `process ${holder}`;
}

// A maintainer script may speak of locks as well; then something was begun.
const hasBegun = /^(?:Unpacking|Setting up|Preparing to unpack|Removing) /m;
const isLocked = /^(?:E: (?:Could not get lock|Unable to acquire the dpkg frontend lock|Unable to lock)|dpkg: error: .*lock)/m;
