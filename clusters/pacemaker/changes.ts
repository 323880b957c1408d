/**
 * Notices that something changed in the cluster without asking it over and over. Every member's Pacemaker writes each
 * change of the CIB, of membership and of its controller to the node's detail log the moment it happens; the kernel
 * tells us that the file grew. Where the log is switched off, time is all there is.
 */
import { watch, type FSWatcher } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface ChangeWatch {
  /** Call before a look at the cluster: changes from now on are new. */
  mark(): void;
  /** Resolves at the first change since the mark, or after `timeoutMs`. */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

const defaultLog = '/var/log/pacemaker/pacemaker.log';
const settingFiles = ['/etc/default/pacemaker', '/etc/sysconfig/pacemaker'];

/** Lines come in bursts; one look after a burst is enough, and each look takes time from a cluster that is at work. */
const burstMs = 50;
/** How often to look without a log to watch. */
const blindMs = 250;
const readAtMost = 256 * 1024;

/** The watch of this node. It keeps no process alive. */
export function createChangeWatch(findLog: () => Promise<string | null> = findDetailLog): ChangeWatch {
  const listeners = new Set<() => void>();
  let changes = 0;
  let marked = 0;
  let started: Promise<FSWatcher | null> | undefined;
  const start = async () => {
    const log = await findLog();
    if (log === null) return null;
    const growth = createGrowth(log);
    await growth();
    return tryWatch(log, () => {
      void growth().then((lines) => {
        if (!lines.some(isChange)) return;
        changes += 1;
        for (const listener of listeners) listener();
      });
    });
  };
  return {
    mark() {
      started ??= start();
      marked = changes;
    },
    async wait(timeoutMs, signal) {
      const watcher = await (started ??= start());
      if (signal?.aborted === true || timeoutMs <= 0) return;
      const ending = new AbortController();
      const end = () => ending.abort();
      listeners.add(end);
      signal?.addEventListener('abort', end);
      if (changes !== marked) end();
      await delay(watcher === null ? Math.min(timeoutMs, blindMs) : timeoutMs, undefined, { signal: ending.signal }).catch(() => undefined);
      listeners.delete(end);
      signal?.removeEventListener('abort', end);
      if (changes !== marked) await delay(Math.min(burstMs, timeoutMs));
    },
    close() {
      void started?.then((watcher) => watcher?.close());
      started = undefined;
    },
  };
}

/** The log that this node's settings name (`PCMK_logfile`), or null when it is switched off. */
export async function findDetailLog(): Promise<string | null> {
  const settings = await Promise.all(settingFiles.map((file) => readFile(file, 'utf8').catch(() => '')));
  const values = settings
    .join('\n')
    .split('\n')
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

/** Answers the whole lines that were added since the last call; the first call answers none. */
function createGrowth(log: string): () => Promise<string[]> {
  let offset: number | undefined;
  let rest = '';
  let turn = Promise.resolve<string[]>([]);
  const read = async (): Promise<string[]> => {
    const file = await open(log, 'r').catch(() => undefined);
    if (file === undefined) return [];
    try {
      const { size } = await file.stat();
      // A file that shrank was rotated: what is in it is new.
      const from = offset === undefined ? size : offset > size ? 0 : offset;
      offset = size;
      const length = Math.min(size - from, readAtMost);
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
