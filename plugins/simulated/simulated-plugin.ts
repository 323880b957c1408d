/** The update plug-in of simulated machines: real files, real time, real failures. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MachineFile, SimulatedUpdate } from '../../clusters/simulated/model.js';
import type { NodeHost } from '../../domain/ports/node-host.js';
import type { InstallResult, RestartNeed, UpdatePlugin } from '../../domain/ports/update-plugin.js';
import type { Update } from '../../domain/updates.js';
import { openPackageDatabase, type PackageDatabase } from './package-database.js';

type Machine = Pick<MachineFile, 'node' | 'stateDirectory' | 'runDirectory' | 'repositoryFile' | 'timings'>;

/** The plug-in for processes on this machine. */
export function createSimulatedPlugin(machine: Machine, host: Pick<NodeHost, 'bootId'>): UpdatePlugin {
  const database = openPackageDatabase(machine.stateDirectory, machine.repositoryFile);
  const restartNeed = () => Promise.resolve(readRestartNeed(machine));
  return {
    manifest: { name: 'simulated', version: '1', exclusive: ['simulated-packages'] },
    async scan() {
      return { updates: findUpdates(machine, database), keptBack: [], findings: findHalfInstalled(database), restartNeed: await restartNeed() };
    },
    async stage(updates) {
      const offered = database.offered();
      const gone = updates.filter((update) => !offered.some((offer) => offer.name === update.name && offer.version === update.to));
      return { bytes: updates.reduce((sum, update) => sum + update.sizeBytes, 0), gone: gone.map((update) => update.name) };
    },
    async install(updates, { progress }) {
      const bootId = await host.bootId();
      const results: InstallResult['updates'][number][] = [];
      for (const [index, update] of updates.entries()) {
        progress(`${update.name} ${update.to}`, index / updates.length);
        results.push(await installOne(machine, database, update, bootId));
      }
      return { updates: results, restartNeed: await restartNeed(), newConfigurationFiles: [], newServices: [] };
    },
    async verify(updates) {
      const installed = database.read();
      const problems = [
        ...findHalfInstalled(database).map((finding) => finding.message),
        ...updates.flatMap((update) =>
          installed[update.name]?.version === update.to ? [] : [`${update.name} is ${installed[update.name]?.version ?? 'missing'}, not ${update.to}`],
        ),
      ];
      return { clean: problems.length === 0, problems };
    },
    async repair() {
      const half = Object.entries(database.read()).filter(([, entry]) => entry.status === 'half');
      for (const [name, entry] of half) database.write(name, { ...entry, status: 'installed' });
      return { repaired: half.map(([name]) => name), problems: [] };
    },
    restartNeed,
  };
}

function findUpdates(machine: Machine, database: PackageDatabase): Update[] {
  const installed = database.read();
  return database
    .offered()
    .filter((offer) => isOffered(offer, installed, machine.node))
    .map((offer) => ({
      name: offer.name,
      plugin: 'simulated',
      from: installed[offer.name]?.version ?? null,
      to: offer.version,
      origin: 'simulated mirror',
      security: offer.security ?? false,
      sizeBytes: offer.sizeBytes ?? 1000,
      restart: offer.restart === true ? 'expected' : 'notExpected',
      clusterStack: offer.clusterStack ?? false,
    }));
}

function isOffered(offer: SimulatedUpdate, installed: ReturnType<PackageDatabase['read']>, node: string): boolean {
  const { revealedBy } = offer;
  if (revealedBy !== undefined && isOlder(installed[revealedBy.name]?.version ?? '', revealedBy.version)) return false;
  const has = installed[offer.name];
  if (has === undefined) return false;
  return has.status === 'half' || isOlder(has.version, offer.version) || (has.version === offer.version && (offer.repeatsOn?.includes(node) ?? false));
}

/** Part by part, as package managers compare: 1.9 is older than 1.10. */
function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

/** Half-installed from the first moment to the last, as a real package is while its scripts run. */
async function installOne(machine: Machine, database: PackageDatabase, update: Update, bootId: string): Promise<InstallResult['updates'][number]> {
  const base = { name: update.name, version: update.to, restartRequired: update.restart === 'expected' };
  const installed = database.read()[update.name];
  const offer = database.offered().find((candidate) => candidate.name === update.name && candidate.version === update.to);
  const isRepeated = offer?.repeatsOn?.includes(machine.node) ?? false;
  if (installed?.version === update.to && installed.status === 'installed' && !isRepeated)
    return { ...base, outcome: 'alreadyInstalled', restartRequired: false };
  database.write(update.name, { version: installed?.version ?? update.to, status: 'half' });
  await delay(machine.timings.installMs);
  while (database.offered().some((candidate) => candidate.name === update.name && (candidate.endlessOn?.includes(machine.node) ?? false))) await delay(50);
  if (offer?.failsOn?.includes(machine.node) ?? false) return { ...base, outcome: 'failed', message: 'the package script failed, as it was told to' };
  database.write(update.name, { version: update.to, status: 'installed' });
  database.log(update.name, update.to, bootId);
  if (base.restartRequired) appendFileSync(join(machine.runDirectory, 'restart-required'), `${update.name}\n`);
  return { ...base, outcome: 'succeeded' };
}

function readRestartNeed({ runDirectory }: Machine): RestartNeed {
  const file = join(runDirectory, 'restart-required');
  if (!existsSync(file)) return { needed: false, reasons: [] };
  const names = readFileSync(file, 'utf8').trim().split('\n');
  return { needed: true, reasons: [...new Set(names)].map((name) => `restart required by ${name}`) };
}

function findHalfInstalled(database: PackageDatabase) {
  return Object.entries(database.read())
    .filter(([, entry]) => entry.status === 'half')
    .map(([name]) => ({ id: 'packages.clean', severity: 'warning' as const, message: `package ${name} is half-installed` }));
}
