/** Installs exactly what was planned, from what was staged; silent, without network and without removals. */
import type { InstallResult, PluginContext, UpdateOutcome } from '../../domain/ports/update-plugin.js';
import type { Update } from '../../domain/updates.js';
import { sortUpdates, type Sorted } from './applicability.js';
import { run, runLogged, type Said } from './commands.js';
import { findNewFiles, readConfigurationFiles } from './configuration-files.js';
import { findMessage, isBlamed, parseStatus } from './installation-output.js';
import { untilUnlocked } from './locking.js';
import { findBroken, isInstalled, readAutoMarks, readPackages, type Packages } from './package-state.js';
import { offlineOptions, preparePlaces, type AptPlaces } from './places.js';
import { configure, needsRepair, repairPackages } from './repair.js';
import { decideRestartNeed, readRestartFacts, type RestartFacts } from './restart-need.js';
import { guardServices } from './service-guard.js';
import { quietly } from './silence.js';
import { requireStaged } from './staging.js';
import { keyOf, readManifest, type Manifest } from './staging-manifest.js';

/** An update with the file that was fetched for it. */
interface Wanted {
  readonly update: Update;
  readonly file: string;
}

/** Installs the updates. One that fails is a result; a lock that is never given up is `LockHeld`. */
export async function install(updates: readonly Update[], { stateDirectory, progress }: PluginContext): Promise<InstallResult> {
  const places = await preparePlaces(stateDirectory);
  progress('looking at what is installed');
  const [guard, found, filesBefore, manifest] = await Promise.all([
    guardServices(stateDirectory),
    readPackages(),
    readConfigurationFiles(),
    readManifest(places.archives),
  ]);
  let installed: Installed;
  try {
    installed = await installWanted(updates, found, manifest, places, progress);
  } catch (error) {
    await guard.end();
    throw error;
  }
  const [services, { after, facts }, filesAfter] = await Promise.all([guard.end(), readOutcome(), readConfigurationFiles()]);
  await restoreMarks(installed, found, after);
  const restartNeed = decideRestartNeed(facts);
  const aside = new Map(installed.setAside.map((one) => [one.update, one]));
  return {
    updates: updates.map((update) => {
      const one = aside.get(update);
      const outcome = one?.outcome === 'notApplicable' ? one.outcome : outcomeOf(update, found, after);
      const message = outcome === 'failed' ? findMessage(installed.said, update.name, fileOf(places, manifest, update)) : one?.message;
      const isSign = update.restart === 'expected' || facts.flagged?.includes(update.name) === true;
      return {
        name: update.name,
        version: update.to,
        outcome,
        restartRequired: restartNeed.needed && isSign,
        ...(message === undefined ? {} : { message }),
      };
    }),
    restartNeed,
    newConfigurationFiles: findNewFiles(filesBefore, filesAfter),
    newServices: services.off,
    servicesStillOn: services.stillOn,
  };
}

/** What an installation came to, but for what the packages themselves tell. */
interface Installed extends Sorted {
  readonly said: string;
  readonly autoBefore: ReadonlySet<string>;
}

async function installWanted(
  updates: readonly Update[],
  found: Packages,
  manifest: Manifest,
  places: AptPlaces,
  progress: PluginContext['progress'],
): Promise<Installed> {
  const isNewer = await compareWithPlan(updates, found);
  const autoBefore = await readAutoMarks(found);
  let packages = found;
  if (await needsRepair(found)) {
    await repairPackages(places, progress, found);
    packages = await readPackages();
  }
  const sorted = sortUpdates(updates, packages, (update) => manifest[keyOf(update)] === null, isNewer);
  if (sorted.wanted.length === 0) return { ...sorted, said: '', autoBefore };
  const files = await requireStaged(sorted.wanted, places.archives, manifest);
  const wanted = sorted.wanted.map((update, index): Wanted => ({ update, file: files[index] ?? '' }));
  return { ...sorted, said: await installFiles(wanted, places, progress), autoBefore };
}

async function readOutcome(): Promise<{ readonly after: Packages; readonly facts: RestartFacts }> {
  const after = await readPackages();
  return { after, facts: await readRestartFacts(after) };
}

/** Installs the files; where one of them fails, the others as far as they can be installed without it. Answers all that was said. */
async function installFiles(wanted: readonly Wanted[], places: AptPlaces, progress: PluginContext['progress']): Promise<string> {
  const first = await runInstallation(wanted, places, progress);
  if (first.exitCode === 0) return first.all;
  // apt stops at the first failure and leaves the rest unpacked.
  const isLeftUnpacked = findBroken(await readPackages()).length > 0;
  const configured = isLeftUnpacked ? await configure(places, progress) : '';
  const said = `${first.all}\n${configured}`;
  const packages = await readPackages();
  const broken = new Set(findBroken(packages));
  const others = wanted.filter(
    ({ update, file }) => !isInstalled(packages, update.name, update.to) && !broken.has(update.name) && !isBlamed(said, update.name, file),
  );
  if (others.length === 0 || others.length === wanted.length) return said;
  const second = await runInstallation(others, places, progress);
  return `${said}\n${second.all}`;
}

async function runInstallation(wanted: readonly Wanted[], places: AptPlaces, progress: PluginContext['progress']): Promise<Said> {
  const onStatus = (line: string) => {
    const status = parseStatus(line);
    if (status !== null) progress(status.text, status.fraction);
  };
  // Named packages keep their mark with --mark-auto, and new ones are removed again when nothing needs them any more.
  const options = ['install', ...quietly, '--mark-auto', '--allow-downgrades', '-o', 'APT::Status-Fd=3', ...offlineOptions(places)];
  return untilUnlocked(progress, () => runLogged('apt-get', [...options, ...wanted.map(({ file }) => file)], { logFile: places.log, onStatus }));
}

/** What apt made of the marks is checked, not trusted: an old kernel that counts as wanted would fill `/boot` one day. */
async function restoreMarks({ wanted: updates, autoBefore }: Installed, before: Packages, after: Packages): Promise<void> {
  const autoAfter = await readAutoMarks(after);
  const present = updates.filter((update) => after.has(update.name)).map((update) => update.name);
  const shouldBeAuto = (name: string) => autoBefore.has(name) || !before.has(name);
  const lost = present.filter((name) => shouldBeAuto(name) && !autoAfter.has(name));
  const gained = present.filter((name) => !shouldBeAuto(name) && autoAfter.has(name));
  if (lost.length > 0) await run('apt-mark', ['auto', ...lost]);
  if (gained.length > 0) await run('apt-mark', ['manual', ...gained]);
}

/** An update that the repair brought along was installed by this installation. */
function outcomeOf({ name, to }: Update, found: Packages, after: Packages): UpdateOutcome {
  if (isInstalled(found, name, to)) return 'alreadyInstalled';
  return isInstalled(after, name, to) ? 'succeeded' : 'failed';
}

/** Compares versions as dpkg does, for those packages alone that are not as the plan found them. */
async function compareWithPlan(updates: readonly Update[], packages: Packages): Promise<(left: string, right: string) => boolean> {
  const moved = updates.flatMap((update): [string, string][] => {
    const version = packages.get(update.name)?.version;
    return version === undefined || version === update.from || version === update.to ? [] : [[version, update.to]];
  });
  const newer = await Promise.all(
    moved.map(async ([left, right]) => ((await run('dpkg', ['--compare-versions', left, 'gt', right])).exitCode === 0 ? `${left} ${right}` : '')),
  );
  const known = new Set(newer);
  return (left, right) => known.has(`${left} ${right}`);
}

function fileOf({ archives }: AptPlaces, manifest: Manifest, update: Update): string | null {
  const staged = manifest[keyOf(update)] ?? null;
  return staged === null ? null : `${archives}/${staged.file}`;
}
