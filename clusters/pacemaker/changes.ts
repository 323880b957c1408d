/**
 * Notices that something changed in the cluster without asking it over and over. Every member's Pacemaker writes each
 * change of the CIB, of membership and of its controller to the node's detail log the moment it happens; the kernel
 * tells us that the file grew. Where the log is switched off, time is all there is.
 */
import { existsSync, readFileSync, statSync, watch, type FSWatcher } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

export interface ChangeWatch {
  /** Call before a look at the cluster: what is answered waits for changes from now on. */
  mark(): WaitForChange;
}

/** Resolves when changes have come and no more follow at once, or after `timeoutMs`. */
export type WaitForChange = (timeoutMs: number, signal?: AbortSignal) => Promise<void>;

const defaultLog = '/var/log/pacemaker/pacemaker.log';
const settingFiles = ['/etc/default/pacemaker', '/etc/sysconfig/pacemaker'];

/** The log grows line by line, dozens of them for one change: they are read together. */
const gatherMs = 25;
/** Lines come in bursts; one look after a burst is enough, and each look takes time from a cluster that is at work. */
const calmMs = 50;
/** A burst that does not end is looked at all the same. */
const burstMs = 250;
/** How often to look without a log to watch. */
const blindMs = 250;
const readAtMost = 256 * 1024;

/** The watch of this node. While nobody waits, it does nothing. */
export function createChangeWatch(findLog: () => string | null = findDetailLog): ChangeWatch {
  let found: { readonly log: string | null } | undefined;
  return {
    mark() {
      const { log } = (found ??= { log: findLog() });
      const from = log === null ? null : endOf(log);
      return async (timeoutMs, signal) => {
        if (signal?.aborted !== true && timeoutMs > 0) await untilChanged(from, timeoutMs, signal);
      };
    },
  };
}

/** Resolves after the burst of changes in the log beyond that place, when the time is over, or when nobody waits any more. */
function untilChanged(from: Place | null, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const growth = from === null ? () => Promise.resolve([]) : createGrowth(from);
    let gathering: NodeJS.Timeout | undefined;
    let calm: NodeJS.Timeout | undefined;
    let burstEndsAt: number | undefined;
    const read = async () => {
      gathering = undefined;
      if (!(await growth()).some(isChange)) return;
      burstEndsAt ??= Date.now() + burstMs;
      clearTimeout(calm);
      calm = setTimeout(end, Math.min(calmMs, burstEndsAt - Date.now()));
    };
    // What cannot be read tells nothing; then time passes.
    const look = () => void read().catch(() => undefined);
    const watcher = from === null ? null : tryWatch(from.log, () => (gathering ??= setTimeout(look, gatherMs)));
    const timer = setTimeout(end, watcher === null ? Math.min(timeoutMs, blindMs) : timeoutMs);
    signal?.addEventListener('abort', end);
    look();

    function end() {
      for (const timeout of [timer, gathering, calm]) clearTimeout(timeout);
      watcher?.close();
      signal?.removeEventListener('abort', end);
      resolve();
    }
  });
}

/** The log that this node's settings name (`PCMK_logfile`), or null when it is switched off. */
export function findDetailLog(): string | null {
  const values = settingFiles
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .flatMap((line) => /^\s*(?:export\s+)?PCMK_logfile=["']?([^"'\s]+)/.exec(line)?.[1] ?? []);
  const log = values.at(-1) ?? defaultLog;
  return log === 'none' || log === '/dev/null' ? null : log;
}

/**
 * Whether a line tells of a change. Left out are the answers to our own question to the controller, which would make
 * each look cause the next, and what agents write at each monitor.
 */
export function isChange(line: string): boolean {
  return (
    /\spacemaker-(?:based|controld|attrd|fenced|schedulerd)\s/.test(line) && !/\((?:handle_ping|cib_process_ping|throttle_\w+|pcmk__procfs_pid_of)\)/.test(line)
  );
}

/** Watches the directory: log rotation replaces the file. Null when it cannot be watched. */
function tryWatch(log: string, onGrowth: () => void): FSWatcher | null {
  try {
    const watcher = watch(dirname(log), { persistent: false }, (_, name) => {
      if (name === basename(log)) onGrowth();
    });
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}

/** A place in the log: log rotation replaces the file, or empties it. */
interface Place {
  readonly log: string;
  readonly file: number;
  readonly size: number;
}

function endOf(log: string): Place {
  const { ino = 0, size = 0 } = statSync(log, { throwIfNoEntry: false }) ?? {};
  return { log, file: ino, size };
}

/** Answers the whole lines that were added since the last call, at first those beyond that place. */
function createGrowth(from: Place): () => Promise<string[]> {
  let place = from;
  let rest = '';
  let turn = Promise.resolve<string[]>([]);
  const read = async (): Promise<string[]> => {
    const file = await open(place.log, 'r').catch(() => undefined);
    if (file === undefined) return [];
    try {
      const { ino, size } = await file.stat();
      const isSame = ino === place.file && size >= place.size;
      const length = Math.min(isSame ? size - place.size : size, readAtMost);
      place = { ...place, file: ino, size };
      if (length <= 0) return [];
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      const lines = `${rest}${buffer.toString('utf8', 0, bytesRead)}`.split('\n');
      rest = lines.pop() ?? '';
      return lines;
    } finally {
      await file.close();
    }
  };
  return () => (turn = turn.then(read, read));
}
