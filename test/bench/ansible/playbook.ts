/** The expert's playbook over a lab: Debian's Ansible, on this host, by ssh. */
import { execa } from 'execa';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { installDependencies } from '../../lab/dependencies.js';
import type { Lab } from '../../lab/lab.js';
import { nodeAddress } from '../../lab/place.js';
import type { Endings } from '../../helpers/endings.js';
import { makeDirectory } from '../temporal.js';
import { PlaybookOutput } from './output.js';

const playbook = fileURLToPath(new URL('playbook.yml', import.meta.url));
const configuration = fileURLToPath(new URL('ansible.cfg', import.meta.url));
const programs = { '/usr/bin/ansible-playbook': 'ansible-core' };
/** A playbook that waits for something that does not come ends some day; the bench not much later. */
const patienceMs = 6 * 60_000;

/** A control node: its inventory, its connections, its temporary files. */
export interface ControlNode {
  /** Its version of Ansible. */
  readonly version: string;
  start(): Promise<RunningPlaybook>;
}

export interface RunningPlaybook {
  readonly output: PlaybookOutput;
  /** As `kill -9` of the process that was started; what it had started itself goes on. */
  kill(): void;
  isRunning(): boolean;
  /** Its exit code; null when it was killed. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly ms: number }>;
}

/** Prepares one for a lab that has ssh. */
export async function createControlNode(lab: Lab, endings: Endings, progress: (line: string) => void): Promise<ControlNode> {
  await installDependencies(progress, programs);
  const directory = await makeDirectory(endings);
  const connections = join(directory, 'c');
  await mkdir(connections);
  const inventory = join(directory, 'inventory.ini');
  await writeFile(inventory, renderInventory(lab));
  await endings.add(() => closeConnections(connections));
  const env = { ANSIBLE_CONFIG: configuration, ANSIBLE_HOME: directory, ANSIBLE_SSH_CONTROL_PATH_DIR: connections, LC_ALL: 'C.UTF-8' };
  const { stdout } = await execa('ansible-playbook', ['--version'], { env, stdin: 'ignore' });
  return {
    version: /core ([\d.]+)/.exec(stdout)?.[1] ?? 'unknown',
    start: () => startPlaybook(inventory, env, endings),
  };
}

function renderInventory(lab: Lab): string {
  const { identityFile, knownHostsFile } = lab.ssh;
  return [
    '[cluster]',
    ...lab.nodes.map((node) => `${node} ansible_host=${nodeAddress(lab.place, node)}`),
    '[cluster:vars]',
    'ansible_user=root',
    `ansible_ssh_private_key_file=${identityFile}`,
    `ansible_ssh_common_args="-o UserKnownHostsFile=${knownHostsFile} -o GlobalKnownHostsFile=/dev/null -o IdentitiesOnly=yes"`,
    '',
  ].join('\n');
}

async function startPlaybook(inventory: string, env: Readonly<Record<string, string>>, endings: Endings): Promise<RunningPlaybook> {
  const startedAt = performance.now();
  // A process group of its own, so that nothing of it stays behind in the end.
  const child = execa('ansible-playbook', ['-i', inventory, playbook], { env, stdin: 'ignore', detached: true, reject: false, timeout: patienceMs });
  const output = new PlaybookOutput();
  createInterface({ input: child.stdout }).on('line', (line) => output.read(line, performance.now()));
  const ended = child.then(({ exitCode }) => ({ exitCode: exitCode ?? null, ms: performance.now() - startedAt }));
  await endings.add(async () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of it has ended.
    }
    await child;
  });
  return { output, kill: () => void child.kill('SIGKILL'), isRunning: () => child.exitCode === null && child.signalCode === null, ended };
}

/** The masters of ssh outlive the playbook by a minute. */
async function closeConnections(directory: string): Promise<void> {
  const sockets = await readdir(directory);
  await Promise.all(
    sockets.map((socket) => execa('ssh', ['-o', `ControlPath=${join(directory, socket)}`, '-O', 'exit', 'node'], { stdin: 'ignore', reject: false })),
  );
}
