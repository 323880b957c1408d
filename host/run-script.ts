/** Runs one script of the node to its end: in a process group of its own, for a bounded time, with bounded output. */
import { spawn, type ChildProcess } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { CauError } from '../domain/errors.js';
import type { ScriptEnd } from '../domain/hooks.js';

/** What a script is told; nothing of the worker's own environment, which may hold credentials, reaches it. */
export type ScriptFacts = Readonly<Record<`CAU_${string}`, string>>;

export interface ScriptRun {
  readonly file: string;
  readonly facts: ScriptFacts;
  readonly timeoutMs: number;
  /** Ends it at once, with all that it started. */
  readonly signal?: AbortSignal;
  /** Told now and then the line that it wrote last. */
  onLine?(line: string): void;
}

const keptBytes = 8 * 1024;
/** From being asked to end to being killed. */
const graceMs = 5000;
/** What else holds its output open is not waited for longer. */
const drainMs = 1000;
const lineMs = 500;

/** Its end, whatever that was. @throws CauError `HookFailed` when it could not be started at all */
export async function runScript({ file, facts, timeoutMs, signal, onLine }: ScriptRun): Promise<ScriptEnd> {
  const startedAt = performance.now();
  const child = spawn(file, [], { cwd: '/', env: { ...usualEnvironment, ...facts }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = keepEnd(child, onLine);
  const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve, reject) => {
    child.once('error', reject).once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  }).catch((cause: unknown) => {
    throw new CauError('HookFailed', `${file} could not be started: ${cause instanceof Error ? cause.message : String(cause)}`, {
      where: file,
      remedy: 'Let its first line name its interpreter, such as "#!/bin/sh".',
      cause,
    });
  });
  let isTimedOut = false;
  const timers = [
    setTimeout(() => {
      isTimedOut = true;
      signalGroup(child, 'SIGTERM');
    }, timeoutMs),
    setTimeout(() => signalGroup(child, 'SIGKILL'), timeoutMs + graceMs),
  ];
  const abort = () => signalGroup(child, 'SIGKILL');
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  try {
    const { exitCode, signal: killedBy } = await exited;
    const ended = isTimedOut ? 'timedOut' : killedBy === null ? 'exited' : 'signaled';
    // What it left running ends with it, also where no systemd unit sees to that.
    signalGroup(child, 'SIGKILL');
    await output.closed();
    return { ended, exitCode, signal: killedBy, ms: Math.round(performance.now() - startedAt), ...output.end() };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

const usualEnvironment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8', SHELL: '/bin/sh' };

/** Nothing when the group is gone already. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}

/** Keeps the last bytes of what a child writes, however much that is. */
function keepEnd(child: ChildProcess, onLine: ScriptRun['onLine']) {
  let kept: Buffer = Buffer.alloc(0);
  let cut = 0;
  let toldAt = 0;
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      const all = Buffer.concat([kept, chunk]);
      cut += Math.max(0, all.length - keptBytes);
      kept = all.subarray(Math.max(0, all.length - keptBytes));
      if (onLine === undefined || performance.now() - toldAt < lineMs) return;
      toldAt = performance.now();
      onLine(readable(kept).trimEnd().split('\n').at(-1) ?? '');
    });
  }
  return {
    async closed() {
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([closed, new Promise<void>((resolve) => (timer = setTimeout(resolve, drainMs)))]);
      clearTimeout(timer);
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
    end: () => ({ output: readable(kept), outputCut: cut }),
  };
}

/** Without what a terminal would act upon: it ends up on screens. */
function readable(bytes: Buffer): string {
  const text = stripVTControlCharacters(bytes.toString('utf8'));
  // oxlint-disable-next-line no-control-regex -- these are what is taken out
  return text.replaceAll('\r\n', '\n').replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
