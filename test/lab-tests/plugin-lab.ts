/** Lab nodes with the update plug-in `apt` at work in each of them, and a repository whose content a test decides. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CauError, failureSchema } from '../../domain/errors.js';
import type { OperationAnswer } from '../../domain/ports/activities.js';
import type { InstallResult, RepairResult, RestartNeed, ScanResult, StageResult, VerifyResult } from '../../domain/ports/update-plugin.js';
import type { Update } from '../../domain/updates.js';
import { startLab } from '../lab/lab.js';
import { enterArguments } from '../lab/machine.js';
import { labPlace } from '../lab/place.js';
import { publish, sourceOf, type PackageDefinition } from '../lab/repository.js';

/** The plug-in of one node, used from outside. */
export interface RemotePlugin {
  scan(): Promise<ScanResult>;
  scanSecurity(): Promise<ScanResult>;
  stage(updates: readonly Update[]): Promise<StageResult>;
  install(updates: readonly Update[]): Promise<InstallResult>;
  verify(updates: readonly Update[]): Promise<VerifyResult>;
  repair(): Promise<RepairResult>;
  restartNeed(): Promise<RestartNeed>;
  /** As the node worker does it: in a transient unit of its own. */
  operateInstall(updates: readonly Update[]): Promise<OperationAnswer<InstallResult>>;
  /** Every line of progress so far. */
  readonly progress: readonly string[];
  /** How long the last verb took inside the node, in milliseconds. */
  lastMs(): number;
}

export interface PluginNode {
  readonly name: string;
  readonly plugin: RemotePlugin;
  /** Runs a shell script in the node; its output, whatever it ends with. */
  sh(script: string): Promise<string>;
  /** Switches the sources of this node to exactly these repositories. */
  offer(...repositories: string[]): Promise<void>;
  /** Installs packages by dpkg alone, as they are from the beginning. */
  begin(...packages: PackageDefinition[]): Promise<void>;
  /** The installed version of a package with its state, such as `ii 1.0`. */
  installed(name: string): Promise<string>;
  restart(): Promise<void>;
}

export interface PluginLab {
  readonly nodes: readonly PluginNode[];
  /** Makes a repository of exactly these packages, in place of what it had. */
  publish(repository: string, packages: readonly PackageDefinition[], release?: { readonly label: string; readonly suite: string }): Promise<void>;
  /** Where the repositories lie on this host. */
  readonly repositories: string;
  close(): Promise<void>;
}

const checkout = '/opt/cau';

/** Two nodes that are offered nothing yet. */
export async function openPluginLab(): Promise<PluginLab> {
  const lab = await startLab({ place: labPlace('cauapt', '10.91.0'), nodes: 2, fencing: false, offers: [] });
  const remotes = new Map<string, Remote>();
  const repositories = join(lab.place.directory, 'repositories');
  const remoteOf = (node: string): Remote => {
    const known = remotes.get(node);
    if (known?.isOpen() === true) return known;
    const program = ['node', '--import', join(checkout, 'node_modules/tsx/dist/esm/index.mjs'), join(checkout, 'test/lab-tests/drive-plugin.ts')];
    const child = spawn('nsenter', [...enterArguments(lab.machine(node).initPid() ?? 0), ...program, lab.place.name, node]);
    const created = createRemote(child, node);
    remotes.set(node, created);
    return created;
  };
  let begun = 0;
  const nodes = lab.nodes.map((name): PluginNode => {
    const sh = async (script: string) => (await lab.machine(name).exec(['sh', '-c', script])).all;
    return {
      name,
      sh,
      plugin: createPlugin(() => remoteOf(name)),
      offer: async (...offered) =>
        void (await lab.machine(name).exec(['tee', '/etc/apt/sources.list.d/cau-lab.list'], { input: offered.map(sourceOf).join('') })),
      async begin(...packages) {
        const repository = `begin${++begun}`;
        await publish(join(repositories, repository), packages);
        const said = await lab.machine(name).exec(['sh', '-c', `dpkg -i /srv/repo/${repository}/*.deb`]);
        if (said.exitCode !== 0) throw new Error(said.all);
      },
      installed: (wanted) => sh(`dpkg-query --show --showformat='\${db:Status-Abbrev}\${Version}' ${wanted}`),
      async restart() {
        // A power cut: how the cluster stack stops in order is not what is tried here.
        const bootId = async () => (await lab.machine(name).exec(['cat', '/proc/sys/kernel/random/boot_id'], { timeoutMs: 2000 })).stdout;
        const systemState = async () =>
          (
            await lab
              .machine(name)
              .exec(['systemctl', 'is-system-running'], { timeoutMs: 2000 })
              .catch(() => ({ stdout: '' }))
          ).stdout;
        const before = await bootId();
        await lab.machine(name).crash();
        await lab.machine(name).start();
        for (const giveUpAt = Date.now() + 90_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
          const now = await bootId().catch(() => '');
          // A process of the container's own start may show the new boot id, and is gone a moment later: its init must answer.
          if (now !== before && /^[0-9a-f-]{36}$/.test(now) && /running|degraded|starting/.test(await systemState())) return;
          if (Date.now() > giveUpAt) throw new Error(`${name} did not restart`);
        }
      },
    };
  });
  return {
    nodes,
    repositories,
    publish: (repository, packages, release) => publish(join(repositories, repository), packages, release),
    async close() {
      for (const remote of remotes.values()) remote.close();
      await lab.down();
    },
  };
}

interface Remote {
  readonly progress: readonly string[];
  call<T>(verb: string, updates?: readonly Update[]): Promise<T>;
  lastMs(): number;
  isOpen(): boolean;
  close(): void;
}

function createPlugin(remote: () => Remote): RemotePlugin {
  return {
    scan: () => remote().call('scan'),
    scanSecurity: () => remote().call('scan-security'),
    stage: (updates) => remote().call('stage', updates),
    install: (updates) => remote().call('install', updates),
    verify: (updates) => remote().call('verify', updates),
    repair: () => remote().call('repair'),
    restartNeed: () => remote().call('restartNeed'),
    operateInstall: (updates) => remote().call('operate-install', updates),
    get progress() {
      return remote().progress;
    },
    lastMs: () => remote().lastMs(),
  };
}

type News = { readonly id: number; readonly ms: number; readonly progress?: string; readonly value?: unknown; readonly failure?: unknown };

function createRemote(child: ChildProcessWithoutNullStreams, node: string): Remote {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  const progress: string[] = [];
  let nextId = 1;
  let lastMs = 0;
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints = `${complaints}${chunk.toString()}`.slice(-2000)));
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const news = JSON.parse(line) as News;
    if (news.progress !== undefined) return void progress.push(news.progress);
    const open = waiting.get(news.id);
    waiting.delete(news.id);
    lastMs = news.ms;
    if (news.failure === undefined) return open?.resolve(news.value);
    const { code, message } = failureSchema.parse(news.failure);
    open?.reject(new CauError(code, message));
  });
  child.on('close', () => {
    for (const open of waiting.values()) open.reject(new Error(`The plug-in inside ${node} ended. ${complaints}`));
    waiting.clear();
  });
  return {
    progress,
    call: <T>(verb: string, updates: readonly Update[] = []) =>
      new Promise<T>((resolve, reject) => {
        const id = nextId++;
        waiting.set(id, { resolve: (value) => resolve(value as T), reject });
        child.stdin.write(`${JSON.stringify({ id, verb, updates })}\n`);
      }),
    lastMs: () => lastMs,
    isOpen: () => child.exitCode === null && child.signalCode === null,
    close: () => child.stdin.end(),
  };
}
