/**
 * A script by its name, from one directory. Whoever could write there could have commands run by the coordinator: so directory and
 * script must belong to root or to the coordinator's own user, and nobody else may write them. The event is its standard input.
 */
import { execa } from 'execa';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { durationMs } from '../domain/duration.js';
import { CauError } from '../domain/errors.js';
import type { RunEvent } from '../domain/events.js';
import type { NotificationTarget } from '../domain/ports/notification-target.js';
import type { CommandSettings } from '../domain/target-settings.js';

export function createCommandTarget(name: string, settings: CommandSettings, directory: string): NotificationTarget {
  const timeoutMs = durationMs(settings.timeout);
  const where = `coordinator.notify.${name}.command`;
  const find = () => findScript(directory, settings.command, where);
  return {
    name,
    kind: 'command',
    from: settings.from,
    giveUpAfterMs: durationMs(settings.giveUpAfter),
    check: async () => void (await find()),
    async deliver(event, signal) {
      const script = await find();
      const exit = await run(script, event, timeoutMs, signal);
      if (exit === 0) return;
      const why =
        exit === 'late'
          ? `it did not end within ${settings.timeout}, and was killed`
          : exit === null
            ? 'it ended by a signal or could not be started'
            : `it ended with ${exit}`;
      throw new CauError('TargetFailed', `Command ${name}: ${why}.`, { where: name });
    },
  };
}

/** Its exit code; `late` when time was over, null when there is none. What it prints is not kept: there may be secrets in it. */
async function run(script: string, event: RunEvent, timeoutMs: number, signal: AbortSignal): Promise<number | 'late' | null> {
  const ended = new AbortController();
  const child = execa(script, [], {
    input: `${JSON.stringify(event)}\n`,
    stdout: 'ignore',
    stderr: 'ignore',
    reject: false,
    // A group of its own, so that what it began ends with it.
    detached: true,
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: process.env['HOME'] ?? '/', LANG: 'C.UTF-8', ...environmentOf(event) },
  });
  const late = delay(timeoutMs, 'late' as const, { signal: AbortSignal.any([signal, ended.signal]) }).catch(() => 'canceled' as const);
  const first = await Promise.race([child, late]);
  ended.abort();
  if (first !== 'late' && first !== 'canceled') return first.exitCode ?? null;
  killGroup(child.pid);
  await child;
  signal.throwIfAborted();
  return 'late';
}

/** Longer than any name; the kernel starts no process with more than 128 KiB in one. */
const environmentLength = 1000;

function environmentOf({ id, number, name, level, cluster, run, node }: RunEvent): Record<string, string> {
  const facts = {
    CAU_EVENT_ID: id,
    CAU_EVENT_NUMBER: String(number),
    CAU_EVENT_NAME: name,
    CAU_EVENT_LEVEL: level,
    CAU_EVENT_CLUSTER: cluster,
    CAU_EVENT_RUN: run,
    CAU_EVENT_NODE: node ?? '',
  };
  // Whoever sends a command to a run may name a node as he likes; on standard input it is there in full.
  return Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, value.replaceAll('\0', '').slice(0, environmentLength)]));
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

async function findScript(directory: string, command: string, where: string): Promise<string> {
  const path = join(directory, command);
  try {
    await requireOwned(directory, where);
    const real = await realpath(path);
    const { mode, isFile } = await requireOwned(real, where);
    if (!isFile || (mode & 0o111) === 0) throw refuse(`${path} is no file that can be executed`, where);
    return real;
  } catch (cause) {
    if (cause instanceof CauError) throw cause;
    throw refuse(`${path} cannot be used (${cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'})`, where);
  }
}

async function requireOwned(path: string, where: string): Promise<{ readonly mode: number; readonly isFile: boolean }> {
  const found = await stat(path);
  if (found.uid !== 0 && found.uid !== process.getuid?.())
    throw refuse(`${path} belongs to user ${found.uid}; it must be root's or the coordinator's own`, where);
  if ((found.mode & 0o022) !== 0) throw refuse(`${path} can be written by others; take that away (chmod go-w)`, where);
  return { mode: found.mode, isFile: found.isFile() };
}

const refuse = (why: string, where: string) => new CauError('ConfigurationInvalid', `${where}: ${why}.`, { where });
