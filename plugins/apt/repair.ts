/** Finishes what was interrupted: configures what is unpacked, mends dependencies, without removing anything. */
import { join } from 'node:path';
import type { PluginContext, RepairResult } from '../../domain/ports/update-plugin.js';
import { lastLines, run, runLogged } from './commands.js';
import { untilUnlocked } from './locking.js';
import { findBroken, isDpkgInterrupted, readPackages, renderStates, type Packages } from './package-state.js';
import { offlineOptions, placeOptions, preparePlaces, type AptPlaces } from './places.js';
import { keepOwnFiles, quietly } from './silence.js';
import { guardServices } from './service-guard.js';
import { findStagedFiles } from './staging-manifest.js';

/** Repairs the package data base, and takes away what an interrupted installation left besides. */
export async function repair({ stateDirectory, progress }: PluginContext): Promise<RepairResult> {
  const places = await preparePlaces(stateDirectory);
  const guard = await guardServices(stateDirectory);
  let mended: RepairResult = { repaired: [], problems: [] };
  try {
    mended = await repairPackages(places, progress, await readPackages());
  } finally {
    const { off } = await guard.end();
    mended = { ...mended, repaired: [...mended.repaired, ...off.map((unit) => `${unit} (turned off again)`)] };
  }
  return mended;
}

/** Whether an installation would stumble over what an earlier one left. */
export async function needsRepair(packages: Packages): Promise<boolean> {
  return findBroken(packages).length > 0 || (await isDpkgInterrupted());
}

/**
 * Repairs packages in three steps, each only if the one before was not enough: what is unpacked is configured; a broken
 * package is laid anew, at the version that was fetched for it; missing dependencies are fetched, which alone needs the network.
 */
export async function repairPackages(places: AptPlaces, progress: PluginContext['progress'], before: Packages): Promise<RepairResult> {
  const broken = findBroken(before);
  if (broken.length === 0 && !(await isDpkgInterrupted())) return { repaired: [], problems: [] };
  progress('repairing the package data base');
  let left = broken;
  let after = before;
  let complaint = '';
  for (const step of [configure, layAnew, fixDependencies]) {
    const said = await step(places, progress, left);
    // The first one tells the cause; what fails after it fails for that.
    if (complaint === '') complaint = said ?? '';
    after = await readPackages();
    left = findBroken(after);
    if (left.length === 0) break;
  }
  return {
    repaired: broken.filter((name) => !left.includes(name)),
    problems: left.length === 0 ? [] : [`${renderStates(after, left)}: ${complaint}`],
  };
}

/** Configures what is unpacked; answers what dpkg said. */
export async function configure(places: AptPlaces, progress: PluginContext['progress']): Promise<string> {
  const logFile = `${places.log}.configure`;
  return lastLines((await untilUnlocked(progress, () => runLogged('dpkg', ['--configure', '-a', ...keepOwnFiles], { logFile }))).all);
}

async function layAnew(places: AptPlaces, progress: PluginContext['progress'], broken: readonly string[]): Promise<string | null> {
  const files = (await findStagedFiles(places.archives, broken)).map((file) => join(places.archives, file));
  if (files.length === 0) return null;
  const args = ['install', ...quietly, '--fix-broken', '--reinstall', '--mark-auto', ...offlineOptions(places), ...files];
  const said = await untilUnlocked(progress, () => runLogged('apt-get', args, { logFile: `${places.log}.repair` }));
  return said.exitCode === 0 ? null : lastLines(said.all);
}

async function fixDependencies(places: AptPlaces, progress: PluginContext['progress']): Promise<string | null> {
  // Only where something is missing: a script that fails is not helped by another attempt.
  if ((await run('apt-get', ['check', ...placeOptions(places)])).exitCode === 0) return null;
  const args = ['install', ...quietly, '--fix-broken', ...placeOptions(places)];
  const said = await untilUnlocked(progress, () => runLogged('apt-get', args, { logFile: `${places.log}.repair` }));
  return said.exitCode === 0 ? null : lastLines(said.all);
}
