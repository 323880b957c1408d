/** Does the node need a restart? All the signs, since no single one tells: Debian's kernel leaves no flag. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { release } from 'node:os';
import type { RestartNeed } from '../../domain/ports/update-plugin.js';
import { run } from './commands.js';

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
  const newest = facts.installedKernels.toSorted((left, right) => left.localeCompare(right, 'en', { numeric: true })).at(-1);
  const reasons = [
    ...(facts.flagged === null ? [] : [`a restart is asked for by ${facts.flagged.length === 0 ? 'a package' : facts.flagged.join(', ')}`]),
    ...(newest === undefined || newest === facts.runningKernel ? [] : [`kernel ${newest} is installed, ${facts.runningKernel} runs`]),
    ...facts.updatedSinceBoot.map((name) => `${name} was updated since the boot`),
    ...facts.usingDeleted.map((program) => `${program} uses libraries that were replaced`),
  ];
  return { needed: reasons.length > 0, reasons };
}

/** The need of this node now. */
export async function readRestartNeed(): Promise<RestartNeed> {
  const [flagged, installedKernels, updatedSinceBoot, usingDeleted] = await Promise.all([
    readFlag(),
    readKernels(),
    readUpdatedSinceBoot(),
    readUsingDeleted(),
  ]);
  return decideRestartNeed({ flagged, runningKernel: release(), installedKernels, updatedSinceBoot, usingDeleted });
}

async function readFlag(): Promise<string[] | null> {
  const isSet = await stat('/run/reboot-required').then(
    () => true,
    () => false,
  );
  if (!isSet) return null;
  const names = await readFile('/run/reboot-required.pkgs', 'utf8').catch(() => '');
  return [...new Set(names.split('\n').filter((name) => name !== ''))];
}

async function readKernels(): Promise<string[]> {
  const { stdout } = await run('dpkg-query', ['--show', '--showformat=${db:Status-Abbrev} ${Package}\\n', 'linux-image-[0-9]*']);
  return stdout.split('\n').flatMap((line) => /^ii\s+linux-image-(\d\S*)$/.exec(line.trim())?.[1] ?? []);
}

async function readUpdatedSinceBoot(): Promise<string[]> {
  const { stdout } = await run('systemctl', ['show', '--timestamp=unix', '--property=UserspaceTimestamp', '--value']);
  const bootMs = Number(stdout.trim().replace('@', '')) * 1000;
  if (!Number.isFinite(bootMs) || bootMs === 0) return [];
  const files = ['libc6:amd64', 'libc6:arm64', 'libc6', 'systemd', 'dbus', 'intel-microcode', 'amd64-microcode'];
  const times = await Promise.all(
    files.map(async (name) => ({ name: name.split(':')[0] ?? name, at: (await stat(`/var/lib/dpkg/info/${name}.list`).catch(() => null))?.mtimeMs ?? 0 })),
  );
  return [...new Set(times.filter(({ at }) => at > bootMs + 1000).map(({ name }) => name))];
}

const stackPrograms = /^(corosync|pacemaker\S*|sbd|dlm_controld)$/;

async function readUsingDeleted(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const program = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
      if (!stackPrograms.test(program)) return [];
      const maps = await readFile(`/proc/${pid}/maps`, 'utf8').catch(() => '');
      return /\/(?:usr\/)?(?:lib|sbin)\S* \(deleted\)/.test(maps) ? [program] : [];
    }),
  );
  return [...new Set(found.flat())];
}
