/** How the plug-in runs apt and dpkg: in plain English, never asking anything, and with places of its own. */
import { execa } from 'execa';
import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

/** What a command said; `all` has both streams in order. */
export interface Said {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly all: string;
}

interface RunOptions {
  readonly cwd?: string;
}

interface LoggedOptions {
  /** Where its output goes, replacing what is there. */
  readonly logFile: string;
  /** Called with each line of apt's machine-readable progress, which it writes to file descriptor 3 where it is asked to. */
  onStatus?(line: string): void;
}

const environment = {
  LC_ALL: 'C.UTF-8',
  HOME: '/root',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  DEBIAN_FRONTEND: 'noninteractive',
  DEBIAN_PRIORITY: 'critical',
  APT_LISTCHANGES_FRONTEND: 'none',
  APT_LISTBUGS_FRONTEND: 'none',
  // needrestart restarts daemons after an installation; its exclusions do not name corosync, pacemaker or sbd.
  NEEDRESTART_SUSPEND: '1',
  UCF_FORCE_CONFFOLD: '1',
};

/** Runs a command to its end; its exit code is for the caller to judge. */
export async function run(command: string, args: readonly string[], { cwd }: RunOptions = {}): Promise<Said> {
  const { exitCode, stdout, all } = await execa(command, args, {
    reject: false,
    all: true,
    stdin: 'ignore',
    extendEnv: false,
    env: environment,
    ...(cwd === undefined ? {} : { cwd }),
  });
  return { exitCode, stdout, all };
}

/**
 * Runs a command whose output goes to a file: a daemon that a maintainer script starts may keep a pipe open for ever, and
 * the end of the command would never be seen.
 */
export async function runLogged(command: string, args: readonly string[], { logFile, onStatus = () => undefined }: LoggedOptions): Promise<Said> {
  const log = await open(logFile, 'w', 0o640);
  try {
    const exitCode = await exitOf(spawn(command, args, { env: environment, stdio: ['ignore', log.fd, log.fd, 'pipe'] }), onStatus);
    const all = (await readFile(logFile, 'utf8')).trimEnd();
    return { exitCode, stdout: all, all };
  } finally {
    await log.close();
  }
}

/** The last lines of what a command said, for a message. */
export function lastLines(text: string, count = 5): string {
  return text.trim().split('\n').slice(-count).join(' / ').slice(-600);
}

/** Its exit, not the end of its streams: see above. */
async function exitOf(child: ChildProcess, onStatus: (line: string) => void): Promise<number | undefined> {
  const status = child.stdio[3];
  if (status instanceof Readable) createInterface({ input: status }).on('line', onStatus);
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => resolve(code ?? undefined));
  });
}
