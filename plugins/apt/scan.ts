/** What updates the node needs, changing nothing that another program can see. */
import { createHash } from 'node:crypto';
import { CauError } from '../../domain/errors.js';
import type { PluginContext, ScanResult } from '../../domain/ports/update-plugin.js';
import type { Update, WantedUpdates } from '../../domain/updates.js';
import { lastLines, run } from './commands.js';
import { judgeSpace, readPlaces, type Demand } from './disk-space.js';
import { findFindings } from './findings.js';
import { explainKeptBack } from './kept-back.js';
import { untilUnlocked } from './locking.js';
import { isClusterStack, isOwn, isSecurityOrigin, mayNeedRestart } from './package-kinds.js';
import { needsRepair } from './repair.js';
import { readPackages, type Packages } from './package-state.js';
import { placeOptions, preparePlaces, simulateOptions } from './places.js';
import { decideRestartNeed, readRestartFacts } from './restart-need.js';
import { parseSimulation, parseSizes, sizeOf, type PackageSize, type SimulatedInstall, type Simulation } from './simulation.js';
import { readManifest } from './staging-manifest.js';

/** Reads fresh lists of the plug-in's own, and simulates the upgrade that an installation would do. */
export async function scan(wanted: WantedUpdates, { cluster, stateDirectory, progress }: PluginContext): Promise<ScanResult> {
  const places = await preparePlaces(stateDirectory);
  const options = [...placeOptions(places), '-o', `APT::Machine-ID=${machineId(cluster)}`];
  progress('reading package lists');
  // A source that fails must not look like "nothing to update". Another scan of ours may be under way: it is waited for.
  const update = await untilUnlocked(progress, () => run('apt-get', ['update', '-q', ...options, '-o', 'APT::Update::Error-Mode=any']));
  if (update.exitCode !== 0) throw new CauError('ScanFailed', `"apt-get update" failed: ${lastLines(update.all)}`, { where: 'apt' });
  progress('simulating the upgrade');
  const packages = await readPackages();
  const [simulated, findings, facts, repairNeeded] = await Promise.all([
    // What an earlier installation left half done may need packages as well.
    run('apt-get', [...simulateOptions, '--fix-broken', 'upgrade', '--with-new-pkgs', '--no-remove', ...options]),
    findFindings(packages),
    readRestartFacts(packages),
    needsRepair(packages),
  ]);
  if (simulated.exitCode !== 0) throw new CauError('ScanFailed', `apt cannot simulate the upgrade: ${lastLines(simulated.all)}`, { where: 'apt' });
  const simulation = parseSimulation(simulated.stdout);
  const chosen = wanted === 'all' ? simulation.installs : await chooseSecurity(simulation, options);
  const unwanted = simulation.installs.filter((install) => !chosen.some((one) => one.name === install.name));
  const installs = chosen.filter((install) => !isOwn(install.name));
  const [sizes, keptBack, manifest] = await Promise.all([
    readSizes(installs, options),
    explainKeptBack(simulation, packages, options),
    readManifest(places.archives),
  ]);
  const isFetched = ({ name, to }: SimulatedInstall) => (manifest[`${name} ${to}`] ?? null) !== null;
  const space = judgeSpace(await readPlaces(places.archives, demandOf(installs, sizes, packages, isFetched)));
  const own = chosen.filter((install) => isOwn(install.name));
  return {
    updates: installs.map((install) => toUpdate(install, sizes)),
    keptBack: [
      ...keptBack,
      ...own.map(({ name }) => ({ name, reason: 'runs this very update; it is updated between runs' })),
      ...unwanted.map(({ name }) => ({ name, reason: 'no security update' })),
    ],
    findings: [...findings, ...space],
    restartNeed: decideRestartNeed(facts),
    repairNeeded,
  };
}

/** Security updates by the origin of the newest version, with what apt says that these need of the others. @throws CauError `ScanFailed` */
async function chooseSecurity({ installs }: Simulation, options: readonly string[]): Promise<readonly SimulatedInstall[]> {
  const names = installs.filter((install) => install.origins.some(isSecurityOrigin)).map(({ name, to }) => `${name}=${to}`);
  if (names.length === 0) return [];
  const simulated = await run('apt-get', [...simulateOptions, '--fix-broken', 'install', '--no-remove', ...options, ...names]);
  if (simulated.exitCode !== 0) throw new CauError('ScanFailed', `apt cannot simulate the security updates: ${lastLines(simulated.all)}`, { where: 'apt' });
  return parseSimulation(simulated.stdout).installs;
}

/** Phased updates are dealt out by machine id: one id for the cluster, so that all nodes get the same. */
export function machineId(cluster: string): string {
  return createHash('md5').update(`cau ${cluster}`).digest('hex');
}

async function readSizes(installs: readonly SimulatedInstall[], options: readonly string[]): Promise<ReadonlyMap<string, PackageSize>> {
  if (installs.length === 0) return new Map();
  const { stdout } = await run('apt-cache', [...options, 'show', ...installs.map((install) => `${install.name}=${install.to}`)]);
  return parseSizes(stdout);
}

function demandOf(
  installs: readonly SimulatedInstall[],
  sizes: ReadonlyMap<string, PackageSize>,
  packages: Packages,
  isFetched: (install: SimulatedInstall) => boolean,
): Demand {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    download: sum(installs.map((install) => (isFetched(install) ? 0 : sizeOf(install, sizes).download))),
    growth: sum(installs.map((install) => Math.max(0, sizeOf(install, sizes).installed - (packages.get(install.name)?.bytes ?? 0)))),
    largest: Math.max(0, ...installs.map((install) => sizeOf(install, sizes).installed)),
    hasKernel: installs.some(({ name }) => name.startsWith('linux-image-')),
  };
}

function toUpdate(install: SimulatedInstall, sizes: ReadonlyMap<string, PackageSize>): Update {
  const { name, from, to, origins } = install;
  return {
    name,
    plugin: 'apt',
    from,
    to,
    origin: origins.join(', ').slice(0, 200),
    security: origins.some(isSecurityOrigin),
    sizeBytes: sizeOf(install, sizes).download,
    restart: mayNeedRestart(name) ? 'expected' : 'notExpected',
    clusterStack: isClusterStack(name),
  };
}
