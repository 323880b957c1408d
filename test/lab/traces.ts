/** Removal of what a lab left on the host. */
import { existsSync } from 'node:fs';
import { readFile, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hostQuietly } from './host-command.js';
import { bridgeName, cgroupsOf, type LabPlace } from './place.js';

const patienceMs = 10_000;
/** Where systemd-nspawn makes a directory for each machine, and leaves it. */
const propagation = '/run/systemd/nspawn/propagate';

/** Whether there is anything to remove. */
export function hasTraces(place: LabPlace): boolean {
  return existsSync(place.directory) || existingCgroups(place).length > 0;
}

/** Ends the machines and removes mounts, bridge, cgroups and files, also of a lab whose process was killed. */
export async function removeTraces(place: LabPlace): Promise<void> {
  await endProcesses(place);
  const nodesDirectory = join(place.directory, 'nodes');
  const mounts = (await readFile('/proc/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((mount) => mount === nodesDirectory || mount.startsWith(`${nodesDirectory}/`));
  for (const mount of mounts.toReversed()) await untilDone(() => hostQuietly('umount', mount), `${mount} cannot be unmounted; something still uses it`);
  for (const cgroup of existingCgroups(place))
    await untilDone(
      () => hostQuietly('find', cgroup, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+'),
      `${cgroup} cannot be removed; something runs in it`,
    );
  await hostQuietly('ip', 'link', 'del', bridgeName(place));
  for (const name of await readdir(propagation).catch(() => [])) {
    if (name.startsWith(`${place.name}-`)) await rmdir(join(propagation, name)).catch(() => undefined);
  }
  for (const name of ['nodes', 'repositories', 'ssh', 'lab.json']) await rm(join(place.directory, name), { recursive: true, force: true });
  // A keeper's log may still be there: it tells why the lab came down.
  await rmdir(place.directory).catch(() => undefined);
}

/** A machine outlives a systemd-nspawn that is killed; but all that belongs to it is in its cgroup. */
async function endProcesses(place: LabPlace): Promise<void> {
  const startedAt = Date.now();
  await untilDone(async () => {
    const processes = (await Promise.all(existingCgroups(place).map(processesIn))).flat();
    // What runs inside goes first: systemd-nspawn then ends by itself and cleans up.
    const inside = processes.filter(({ cgroup }) => cgroup.includes('/payload'));
    const ending = inside.length > 0 || Date.now() - startedAt < patienceMs / 2 ? inside : processes;
    for (const { pid } of ending) kill(pid);
    return processes.length === 0;
  }, `processes of the lab ${place.name} cannot be ended`);
}

const existingCgroups = (place: LabPlace) => cgroupsOf(place).filter((path) => existsSync(path));

async function processesIn(directory: string): Promise<{ readonly cgroup: string; readonly pid: string }[]> {
  // A cgroup may go away while it is read.
  const below = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const found = below
    .filter(({ name }) => name === 'cgroup.procs')
    .map(async ({ parentPath: cgroup }) => {
      const list = await readFile(join(cgroup, 'cgroup.procs'), 'utf8').catch(() => '');
      return list.split('\n').flatMap((pid) => (pid === '' ? [] : [{ cgroup, pid }]));
    });
  return (await Promise.all(found)).flat();
}

function kill(pid: string): void {
  try {
    process.kill(Number(pid), 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

async function untilDone(tried: () => Promise<boolean>, complaint: string): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  while (!(await tried())) {
    if (Date.now() > giveUpAt) throw new Error(complaint);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
