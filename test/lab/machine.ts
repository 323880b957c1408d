/** One node of the lab: a booted container on an overlay over the common rootfs, with a power switch and a cable. */
import { execa } from 'execa';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { host, hostQuietly } from './host-command.js';
import { bridgeName, cableName, cgroupsOf, nodeDirectory, type LabPlace } from './place.js';

/** systemd-nspawn ends with this when the system inside restarts. */
const restartExitCode = 133;
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface MachineSettings {
  readonly place: LabPlace;
  readonly node: string;
  readonly rootfs: string;
  readonly repositories: string;
  readonly productRoot: string;
}

/** What a command in a node did; no exit code when it was killed. */
export interface Executed {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly all: string;
}

export class LabMachine {
  private child: ChildProcess | null = null;
  private isWanted = false;

  constructor(private readonly settings: MachineSettings) {}

  get node(): string {
    return this.settings.node;
  }

  isOn(): boolean {
    return this.child !== null;
  }

  /** Writes a file into the node's own layer, before it is switched on. */
  async lay(file: string, content: string | Buffer, mode = 0o644, like?: string): Promise<void> {
    const target = join(this.directory(), 'upper', file);
    await mkdir(join(target, '..'), { recursive: true });
    await writeFile(target, content, { mode });
    if (like === undefined) return;
    // A directory that exists in the layer hides the owner and mode of the one below.
    const below = await stat(join(this.settings.rootfs, like));
    await host('chown', `${below.uid}:${below.gid}`, join(this.directory(), 'upper', like), target);
    await host('chmod', (below.mode & 0o777).toString(8), join(this.directory(), 'upper', like));
  }

  /** Switches it on; its disk is as it was left. */
  async start(): Promise<void> {
    this.isWanted = true;
    if (this.child !== null) return;
    const { place, node, rootfs, repositories, productRoot } = this.settings;
    const directory = this.directory();
    const root = join(directory, 'root');
    await Promise.all(['upper', 'work', 'root'].map((name) => mkdir(join(directory, name), { recursive: true })));
    if (!(await hostQuietly('mountpoint', '-q', root))) {
      await host('mount', '-t', 'overlay', `${place.name}-${node}`, '-o', `lowerdir=${rootfs},upperdir=${directory}/upper,workdir=${directory}/work`, root);
    }
    const uuid = createHash('md5').update(`${place.name}-${node}`).digest('hex');
    const nspawn = [
      'systemd-nspawn',
      '--quiet',
      '--register=no',
      '--keep-unit',
      '--boot',
      '-D',
      root,
      '-M',
      `${place.name}-${node}`,
      `--hostname=${node}`,
      `--uuid=${uuid}`,
      `--network-bridge=${bridgeName(place)}`,
      '--resolv-conf=off',
      '--timezone=off',
      '--link-journal=no',
      '--suppress-sync=yes',
      `--bind-ro=${repositories}:/srv/repo`,
      `--bind-ro=${productRoot}:/opt/cau`,
      `--bind-ro=${process.execPath}:/usr/local/bin/node`,
    ];
    const log = openSync(join(directory, 'console.log'), 'a');
    // With --keep-unit every container lives below the cgroup that it is started in: each needs one of its own.
    const enter = this.cgroups().map((cgroup) => `mkdir -p ${cgroup} && echo $$ > ${cgroup}/cgroup.procs`);
    const child = spawn('sh', ['-c', [...enter, 'exec "$@"'].join('; '), 'sh', ...nspawn], { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    this.child = child;
    await writeFile(join(directory, 'nspawn.pid'), String(child.pid));
    child.on('exit', (code) => {
      this.child = null;
      if (code === restartExitCode && this.isWanted) void this.start();
    });
  }

  /** From now on it stays off when it goes down, also for a restart, until it is switched on. */
  stayOff(): void {
    this.isWanted = false;
  }

  /** A power cut. The cable goes first: a dying kernel would still say goodbye to its peers. */
  async crash(): Promise<void> {
    this.stayOff();
    const pid = this.initPid();
    await this.cut();
    if (pid !== null) process.kill(pid, 'SIGKILL');
    await this.untilOff();
  }

  async cut(): Promise<void> {
    await hostQuietly('ip', 'link', 'set', cableName(this.settings.place, this.node), 'down');
  }

  async join(): Promise<void> {
    await host('ip', 'link', 'set', cableName(this.settings.place, this.node), 'up');
  }

  /** Runs a command inside all of the node's namespaces. */
  async exec(argv: readonly string[], options: { readonly input?: string; readonly timeoutMs?: number } = {}): Promise<Executed> {
    const pid = this.initPid();
    if (pid === null) throw new Error(`${this.node} is off`);
    const { exitCode, stdout, all } = await execa('nsenter', [...enterArguments(pid), ...argv], {
      reject: false,
      all: true,
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    });
    return { exitCode, stdout, all };
  }

  /** Ends it and removes every trace but its console log. */
  async remove(): Promise<void> {
    await this.crash();
    await hostQuietly('umount', join(this.directory(), 'root'));
    for (const cgroup of this.cgroups()) await hostQuietly('find', cgroup, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';');
  }

  /** The host's id of the node's first process; null when it is off. */
  initPid(): number | null {
    return findInitPid(this.settings.place, this.node);
  }

  private async untilOff(): Promise<void> {
    for (let tries = 0; this.child !== null && tries < 500; tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  private directory(): string {
    return nodeDirectory(this.settings.place, this.node);
  }

  private cgroups(): string[] {
    return cgroupsOf(this.settings.place).map((cgroup) => join(cgroup, this.node));
  }
}

/**
 * How to enter a node's namespaces, with a clean environment. A shell waits for the command, and not nsenter itself: that
 * one stops when its child is stopped, as a system does to all processes when it goes down, and would never reap it; and
 * a kernel lets go of a node only when all of its processes are reaped.
 */
export function enterArguments(pid: number): string[] {
  const namespaces = ['-m', '-u', '-i', '-n', '-p', '-r', '-w', '--no-fork'];
  const waiting = ['/bin/sh', '-c', '"$@"; exit $?', 'sh'];
  return ['-t', String(pid), ...namespaces, '--', ...waiting, '/usr/bin/env', '-i', 'HOME=/root', 'LANG=C.UTF-8', 'TERM=dumb', `PATH=${path}`];
}

/** The host's id of a node's first process, also for another process than the one that started it. */
export function findInitPid(place: LabPlace, node: string): number | null {
  try {
    const pid = readFileSync(join(nodeDirectory(place, node), 'nspawn.pid'), 'utf8').trim();
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return child === undefined || child === '' ? null : Number(child);
  } catch {
    return null;
  }
}

/** A key for corosync's encryption. */
export const randomKey = () => randomBytes(256);
