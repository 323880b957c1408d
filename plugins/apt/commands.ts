/** How the plug-in runs apt and dpkg: with lists and archives of its own, in plain English, and never asking anything. */
import { execa } from 'execa';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What a command said; `all` has both streams in order. */
export interface Said {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly all: string;
}

/** The plug-in's own places, so that scanning and staging change nothing that another program sees. */
export interface AptPlaces {
  readonly lists: string;
  readonly archives: string;
  readonly cache: string;
}

const environment = {
  LC_ALL: 'C.UTF-8',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  DEBIAN_FRONTEND: 'noninteractive',
  APT_LISTCHANGES_FRONTEND: 'none',
  APT_LISTBUGS_FRONTEND: 'none',
  // needrestart restarts daemons after an installation; its exclusions do not name corosync, pacemaker or sbd.
  NEEDRESTART_SUSPEND: '1',
  UCF_FORCE_CONFFOLD: '1',
};

/** Makes the plug-in's own places. */
export async function preparePlaces(stateDirectory: string): Promise<AptPlaces> {
  const places = { lists: join(stateDirectory, 'lists'), archives: join(stateDirectory, 'archives'), cache: join(stateDirectory, 'cache') };
  await Promise.all(
    [join(places.lists, 'partial'), join(places.archives, 'partial'), join(places.cache, 'archives', 'partial'), join(places.cache, 'no-lists', 'partial')].map(
      (path) => mkdir(path, { recursive: true }),
    ),
  );
  return places;
}

/** The options that make apt use those places. */
export function placeOptions({ lists, archives, cache }: AptPlaces): string[] {
  return ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`, '-o', `Dir::Cache::archives=${archives}`];
}

/** Runs a command to its end; its exit code is for the caller to judge. */
export async function run(command: string, args: readonly string[], options: { readonly cwd?: string; onStatus?(line: string): void } = {}): Promise<Said> {
  const process = execa(command, args, {
    reject: false,
    all: true,
    stripFinalNewline: true,
    extendEnv: false,
    env: environment,
    // apt writes its progress to file descriptor 3 where it is asked to.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const status = process.stdio[3];
  if (options.onStatus !== undefined && status !== null && status !== undefined && 'on' in status) {
    const tell = options.onStatus;
    status.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n')) if (line !== '') tell(line);
    });
  } else if (status !== null && status !== undefined && 'resume' in status) status.resume();
  const { exitCode, stdout, all } = await process;
  return { exitCode, stdout, all };
}

/** The last lines of what a command said, for a message. */
export function lastLines(text: string, count = 5): string {
  return text.trim().split('\n').slice(-count).join(' / ').slice(-600);
}
