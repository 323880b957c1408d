/** Does the node need a restart? All the signs, since no single one tells: Debian's kernel leaves no flag. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { release } from 'node:os';
import type { RestartNeed } from '../../domain/ports/update-plugin.js';
import { newestKernel } from './kernels.js';
import { readPackages, type Packages } from './package-state.js';

/** What the decision is made from. */
export interface RestartFacts {
  /** Names in `/run/reboot-required.pkgs`; null without `/run/reboot-required`. */
  readonly flagged: readonly string[] | null;
  readonly runningKernel: string;
  /** Releases of installed kernel packages; empty where the kernel is not the node's own. */
  readonly installedKernels: readonly string[];
  /** Packages that only a restart puts into effect, and that were updated since the boot. */
  readonly updatedSinceBoot: readonly string[];
  /** Programs of the cluster stack that still use deleted libraries. */
  readonly usingDeleted: readonly string[];
}

/** The reasons, in words. */
export function decideRestartNeed(facts: RestartFacts): RestartNeed {
  const newer = newestKernel(facts.installedKernels, facts.runningKernel);
  const reasons = [
    ...(facts.flagged === null ? [] : [`a restart is asked for by ${facts.flagged.length === 0 ? 'a package' : facts.flagged.join(', ')}`]),
    ...(newer === null ? [] : [`kernel ${newer} is installed, ${facts.runningKernel} runs`]),
    ...facts.updatedSinceBoot.map((name) => `${name} was updated since the boot`),
    ...facts.usingDeleted.map((program) => `${program} uses files that were replaced`),
  ];
  return { needed: reasons.length > 0, reasons };
}

/** The need of this node now. */
export const readRestartNeed = async (): Promise<RestartNeed> => decideRestartNeed(await readRestartFacts(await readPackages()));

/** The facts of this node now. */
export async function readRestartFacts(packages: Packages): Promise<RestartFacts> {
  const runningKernel = release();
  const [flagged, updatedSinceBoot, usingDeleted] = await Promise.all([readFlag(), readUpdatedSinceBoot(runningKernel), readUsingDeleted()]);
  return { flagged, runningKernel, installedKernels: findKernels(packages), updatedSinceBoot, usingDeleted };
}

/** Releases of the installed kernels, by their packages' names. */
export function findKernels(packages: Packages): string[] {
  return [...packages]
    .filter(([, { status }]) => /^.i$/.test(status))
    .flatMap(([name]) => /^linux-image-(?:unsigned-)?(\d\S*?)(?:-unsigned)?$/.exec(name)?.[1] ?? [])
    .filter((kernel) => !/-dbg(?:sym)?$/.test(kernel));
}

/** Whether a file in `/var/lib/dpkg/info` belongs to a package that only a restart puts into effect; its name then. */
export function restartPackageOf(file: string, runningKernel: string): string | null {
  const name = /^(.+?)(?::[^.:]+)?\.list$/.exec(file)?.[1];
  if (name === undefined) return null;
  return effective.has(name) || name === `linux-image-${runningKernel}` ? name : null;
}

/** Whether a process maps files that were replaced since, by its `/proc/…/maps`. Shared memory that was unlinked is no sign. */
export function mapsReplacedFiles(maps: string): boolean {
  return /^\S+ \S+ \S+ \S+ \d+\s+\/(?:usr\/)?(?:lib|sbin|bin|libexec)\S* \(deleted\)$/m.test(maps);
}

const effective = new Set(['libc6', 'systemd', 'dbus', 'dbus-daemon', 'dbus-broker', 'intel-microcode', 'amd64-microcode']);
/** The names of processes, of which Linux keeps 15 letters. */
const stackPrograms = /^(corosync\S*|pacemaker\S*|sbd|dlm_controld)$/;
const infoDirectory = '/var/lib/dpkg/info';

async function readFlag(): Promise<string[] | null> {
  const isSet = await stat('/run/reboot-required').then(
    () => true,
    () => false,
  );
  if (!isSet) return null;
  const names = await readFile('/run/reboot-required.pkgs', 'utf8').catch(() => '');
  return [...new Set(names.split('\n').filter((name) => name !== ''))];
}

/** dpkg writes the list of a package's files anew whenever it unpacks it. */
async function readUpdatedSinceBoot(runningKernel: string): Promise<string[]> {
  const [bootMs, files] = await Promise.all([readBootMs(), readdir(infoDirectory).catch(() => [])]);
  const candidates = files.flatMap((file) => {
    const name = restartPackageOf(file, runningKernel);
    return name === null ? [] : [{ name, file }];
  });
  const times = await Promise.all(candidates.map(async ({ name, file }) => ({ name, at: (await stat(`${infoDirectory}/${file}`)).mtimeMs })));
  return [...new Set(times.filter(({ at }) => at > bootMs + 1000).map(({ name }) => name))];
}

/** When the first process began: in a container as well, whose kernel was booted long before. */
async function readBootMs(): Promise<number> {
  const [init, kernel] = await Promise.all([readFile('/proc/1/stat', 'utf8'), readFile('/proc/stat', 'utf8')]);
  const sinceKernel = Number(init.replace(/^.*\) /s, '').split(' ')[19]);
  const kernelAt = Number(/^btime (\d+)$/m.exec(kernel)?.[1]);
  // Linux tells programs the time in hundredths of a second, whatever it counts in itself.
  return kernelAt * 1000 + sinceKernel * 10;
}

async function readUsingDeleted(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const program = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
      if (!stackPrograms.test(program)) return [];
      return mapsReplacedFiles(await readFile(`/proc/${pid}/maps`, 'utf8').catch(() => '')) ? [program] : [];
    }),
  );
  return [...new Set(found.flat())];
}
