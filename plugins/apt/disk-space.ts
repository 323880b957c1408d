/** Whether what is planned fits on the node's disks. */
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { PluginFinding } from '../../domain/ports/update-plugin.js';

/** A place that updates write to, and what they need there. */
export interface Place {
  readonly path: string;
  /** Places on the same file system share its space. */
  readonly device: number;
  readonly free: number;
  readonly needed: number;
}

/** What the planned updates take, in bytes. */
export interface Demand {
  readonly download: number;
  /** By how much the installed packages grow, and the largest of them: its old files stay until the new ones are there. */
  readonly growth: number;
  readonly largest: number;
  readonly hasKernel: boolean;
}

const mebibyte = 1_048_576;
/** Less than this left over is worth a word. */
const comfortable = 200 * mebibyte;
/** The package data base is written anew, and logs grow. */
const forDatabase = 32 * mebibyte;

/** The places of this node. @param archives the directory that packages are fetched into */
export async function readPlaces(archives: string, demand: Demand): Promise<Place[]> {
  const needs: readonly (readonly [string, number])[] = [
    ['/boot', demand.hasKernel ? await readKernelBytes() : 0],
    ['/usr', demand.growth + demand.largest],
    ['/var/lib/dpkg', demand.growth + demand.largest > 0 ? forDatabase : 0],
    ['/var/cache', 0],
    [archives, demand.download],
  ];
  const places = await Promise.all(
    needs.map(async ([path, needed]): Promise<Place[]> => {
      try {
        const [{ dev }, { bavail, bsize }] = await Promise.all([stat(path), statfs(path)]);
        return [{ path, device: dev, free: bavail * bsize, needed }];
      } catch {
        return [];
      }
    }),
  );
  return places.flat();
}

/** What does not fit blocks; what only just fits is a warning. Each file system is judged once, by the sum of its needs. */
export function judgeSpace(places: readonly Place[]): PluginFinding[] {
  return [...new Set(places.map((place) => place.device))].flatMap((device): PluginFinding[] => {
    const shared = places.filter((place) => place.device === device);
    const needed = shared.reduce((sum, place) => sum + place.needed, 0);
    const free = Math.min(...shared.map((place) => place.free));
    const paths = shared.map((place) => place.path).join(', ');
    if (needed > free) return [finding('blocking', `${paths}: the updates need about ${mib(needed)}, and only ${mib(free)} are free`)];
    // A small /boot is usual, and matters only when a kernel comes.
    const isJudged = needed > 0 || shared.some((place) => place.path !== '/boot');
    return isJudged && free - needed < comfortable ? [finding('warning', `${paths}: only ${mib(free - needed)} will be left free`)] : [];
  });
}

/** A kernel takes about as much as the largest one that is there: its image and its initial file system. */
async function readKernelBytes(): Promise<number> {
  const names = await readdir('/boot').catch(() => []);
  const sizeOf = async (begin: string) =>
    Math.max(0, ...(await Promise.all(names.filter((name) => name.startsWith(begin)).map(async (name) => (await stat(join('/boot', name))).size))));
  return (await sizeOf('vmlinuz')) + (await sizeOf('initrd.img'));
}

const mib = (bytes: number) => `${Math.ceil(bytes / mebibyte)} MiB`;
const finding = (severity: PluginFinding['severity'], message: string): PluginFinding => ({ id: 'apt.space', severity, message });
