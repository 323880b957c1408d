/** Installs exactly what was planned, from what was staged; silent, without network and without removals. */
import { CauError } from '../../domain/errors.js';
import type { InstallResult, PluginContext, RepairResult, UpdateOutcome } from '../../domain/ports/update-plugin.js';
import type { Update } from '../../domain/updates.js';
import { lastLines, preparePlaces, run, type AptPlaces, type Said } from './commands.js';
import { findBroken, findPackage, readMarks, readPackages, type InstalledPackage } from './package-state.js';
import { readRestartNeed } from './restart-need.js';
import { guardServices } from './service-guard.js';
import { requireStaged } from './staging.js';

/** How long another package manager may keep the lock; within the time limit of the installation itself. */
const lockSeconds = 1800;
const quietly = [
  '-o',
  'Dpkg::Options::=--force-confdef',
  '-o',
  'Dpkg::Options::=--force-confold',
  '-o',
  'Dpkg::Use-Pty=0',
  '-o',
  `DPkg::Lock::Timeout=${lockSeconds}`,
];

/** Without any list apt knows of nothing but the files it is given: it can neither fetch nor choose anything else. */
const offline = ({ cache }: AptPlaces) => ['-o', `Dir::Cache=${cache}`, '-o', `Dir::State::lists=${cache}/no-lists`];

/** Installs the updates. One that fails is a result; a lock that is never given up is `LockHeld`. */
export async function install(updates: readonly Update[], { stateDirectory, progress }: PluginContext): Promise<InstallResult> {
  const places = await preparePlaces(stateDirectory);
  const guard = await guardServices();
  let newServices: string[] = [];
  let said: Said = { exitCode: 0, stdout: '', all: '' };
  const before = await readPackages();
  const filesBefore = await listNewConfigurationFiles();
  try {
    if (findBroken(before).length > 0) await repairPackages(progress);
    const wanted = updates.filter((update) => !isInstalled(before, update));
    if (wanted.length > 0) {
      const files = await requireStaged(wanted, places.archives);
      const [auto, held] = await Promise.all([readMarks('auto'), readMarks('hold')]);
      said = await run(
        'apt-get',
        [
          'install',
          '-q',
          '-y',
          '--no-remove',
          '--no-install-recommends',
          '--allow-downgrades',
          '-o',
          'APT::Status-Fd=3',
          ...offline(places),
          ...quietly,
          ...files,
        ],
        { onStatus: (line) => tellProgress(line, progress) },
      );
      requireLock(said);
      await restoreMarks(wanted, before, auto, held);
    }
  } finally {
    newServices = await guard.end();
  }
  const [after, restartNeed, filesAfter] = await Promise.all([readPackages(), readRestartNeed(), listNewConfigurationFiles()]);
  return {
    updates: updates.map((update) => {
      const outcome = outcomeOf(update, before, after);
      return {
        name: update.name,
        version: update.to,
        outcome,
        restartRequired: restartNeed.needed && update.restart === 'expected',
        ...(outcome === 'failed' ? { message: messageOf(update, said) } : {}),
      };
    }),
    restartNeed,
    newConfigurationFiles: filesAfter.filter((file) => !filesBefore.includes(file)),
    newServices,
  };
}

/** Finishes what was interrupted: configures what is unpacked, mends dependencies without removing anything. */
export async function repairPackages(progress: PluginContext['progress']): Promise<RepairResult> {
  const before = findBroken(await readPackages());
  progress('repairing the package data base');
  const configured = await run('dpkg', ['--configure', '-a', '--force-confdef', '--force-confold']);
  const fixed = await run('apt-get', ['install', '-q', '-y', '--fix-broken', '--no-remove', ...quietly]);
  requireLock(fixed);
  const after = findBroken(await readPackages());
  return {
    repaired: before.filter((name) => !after.includes(name)),
    problems: after.length === 0 ? [] : [`${after.join(', ')}: ${lastLines(fixed.exitCode === 0 ? configured.all : fixed.all)}`],
  };
}

function isInstalled(packages: ReadonlyMap<string, InstalledPackage>, update: Update): boolean {
  const found = findPackage(packages, update.name);
  return found?.version === update.to && found.status === 'ii';
}

function outcomeOf(update: Update, before: ReadonlyMap<string, InstalledPackage>, after: ReadonlyMap<string, InstalledPackage>): UpdateOutcome {
  if (isInstalled(before, update)) return 'alreadyInstalled';
  return isInstalled(after, update) ? 'succeeded' : 'failed';
}

/** What was said of this package, else what was said last. */
function messageOf({ name }: Update, { all }: Said): string {
  const lines = all.split('\n');
  const at = lines.findIndex((line) => line.startsWith(`dpkg: error processing package ${name} `));
  return at < 0
    ? lastLines(all, 3)
    : lines
        .slice(Math.max(0, at - 2), at + 3)
        .join(' / ')
        .slice(0, 600);
}

/** A package named to apt becomes "manually installed", and old kernels would then fill `/boot`: marks stay as they were. */
async function restoreMarks(
  updates: readonly Update[],
  before: ReadonlyMap<string, InstalledPackage>,
  auto: ReadonlySet<string>,
  held: ReadonlySet<string>,
): Promise<void> {
  const shouldBeAuto = updates.filter((update) => auto.has(update.name) || findPackage(before, update.name) === undefined).map((update) => update.name);
  if (shouldBeAuto.length > 0) await run('apt-mark', ['auto', ...shouldBeAuto]);
  const heldNow = await readMarks('hold');
  const lost = [...held].filter((name) => !heldNow.has(name));
  if (lost.length > 0) await run('apt-mark', ['hold', ...lost]);
}

function requireLock({ exitCode, all }: Said): void {
  if (exitCode === 0 || !/Could not get lock|Unable to acquire the dpkg frontend lock/.test(all)) return;
  const holder = /held by process (\d+ \([^)]*\))/.exec(all)?.[1] ?? 'another program';
  throw new CauError('LockHeld', `The lock of dpkg was held by ${holder} for ${lockSeconds / 60} minutes.`, { where: 'dpkg' });
}

/** `pmstatus:PACKAGE:PERCENT:TEXT` and `dlstatus:…`, as apt describes them in its progress reporting. */
function tellProgress(line: string, progress: PluginContext['progress']): void {
  const [kind, , percent, text] = line.split(':');
  if (kind === 'pmstatus' && text !== undefined) progress(text, Number(percent) / 100);
}

async function listNewConfigurationFiles(): Promise<string[]> {
  const { stdout } = await run('find', ['/etc', '-xdev', '(', '-name', '*.dpkg-dist', '-o', '-name', '*.dpkg-new', '-o', '-name', '*.ucf-dist', ')']);
  return stdout.split('\n').filter((file) => file !== '');
}
