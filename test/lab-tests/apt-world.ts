/** What the promises of the plug-in `apt` are tried with: two lab nodes, and words for what is done to them again and again. */
import { expect } from 'vitest';
import type { InstallResult, ScanResult } from '../../domain/ports/update-plugin.js';
import type { Update } from '../../domain/updates.js';
import type { PackageDefinition } from '../lab/repository.js';
import { openPluginLab, type PluginLab, type PluginNode } from './plugin-lab.js';

export let lab: PluginLab;
/** The node on which things are tried. */
export let node: PluginNode;
export let other: PluginNode;

/** Starts the lab that all promises share. */
export async function openAptWorld(): Promise<void> {
  lab = await openPluginLab();
  const [first, second] = lab.nodes;
  if (first === undefined || second === undefined) throw new Error('two nodes are needed');
  node = first;
  other = second;
}

/** A package that is nothing but a version. */
export function bare(name: string, version: string): PackageDefinition {
  return { name, version };
}

/** As many packages as dealing them out by chance needs. */
export const seven = (make: (number: number) => PackageDefinition) => [1, 2, 3, 4, 5, 6, 7].map(make);
export const namesOf = ({ updates }: ScanResult) => updates.map((update) => update.name);
/** What became of each update, in order of their names. */
export const outcomes = ({ updates }: InstallResult) => updates.map((one) => `${one.name} ${one.outcome}`).toSorted();

/** Packages from the beginning, then others on offer, found and fetched. */
export async function plan(
  repository: string,
  begin: readonly PackageDefinition[],
  offered: readonly PackageDefinition[],
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly Update[]> {
  if (begin.length > 0) await node.begin(...begin);
  await between();
  await lab.publish(repository, offered);
  await node.offer(repository);
  return scanAndStage();
}

export async function scanAndStage(): Promise<readonly Update[]> {
  const { updates } = await node.plugin.scan();
  expect(await node.plugin.stage(updates)).toMatchObject({ gone: [] });
  return updates;
}

/** dpkg and apt lock by fcntl, whose locks end with their process. */
export async function holdLock(): Promise<void> {
  const script =
    'use Fcntl; open F, ">", "/var/lib/dpkg/lock-frontend"; my $lock = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $lock) or die; sleep 100';
  await node.sh(`perl -e '${script}' </dev/null >/dev/null 2>&1 & echo $! > /run/lock-holder`);
  await until(async () => (await node.sh('dpkg --configure -a')).includes('locked by another process'));
}

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const giveUpAt = Date.now() + 30_000; !(await isSo()); await new Promise((resolve) => setTimeout(resolve, 25)))
    if (Date.now() > giveUpAt) throw new Error('never so');
}
