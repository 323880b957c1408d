/** The update plug-in of simulated machines: real files, real time, real failures. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MachineFile, PackageLogLine } from '../../clusters/simulated/model.js';
import { CauError } from '../../domain/errors.js';
import type { NodeHost } from '../../domain/ports/node-host.js';
import type { InstallResult, PluginFinding, RepairResult, RestartNeed, UpdatePlugin } from '../../domain/ports/update-plugin.js';
import type { Update } from '../../domain/updates.js';
import { findUpdates } from './offers.js';
import { openPackageDatabase, type PackageDatabase } from './package-database.js';
import { installationsSince } from './package-history.js';

const endlessLookMs = 50;
const silentLookMs = 50;
const notWanted = 'no security update';

type Machine = Pick<MachineFile, 'node' | 'stateDirectory' | 'runDirectory' | 'repositoryFile' | 'timings'>;

/** The plug-in for processes on this machine. There may be a second one, by another name, with offers of its own. */
export function createSimulatedPlugin(machine: Machine, host: Pick<NodeHost, 'bootId'>, name = 'simulated'): UpdatePlugin {
  const database = openPackageDatabase(machine.stateDirectory, machine.repositoryFile);
  const restartNeed = () => Promise.resolve(readRestartNeed(machine));
  return {
    manifest: { name, version: '1', exclusive: ['simulated-packages'] },
    async scan(wanted) {
      while (database.offered().some((offer) => offer.silentTo?.includes(machine.node))) await delay(silentLookMs);
      if (database.offered().some((offer) => offer.refusedTo?.includes(machine.node)))
        throw new CauError('ScanFailed', 'the mirror refuses to answer, as it was told to', { where: name });
      const offered = findUpdates(database.offered(), database.read(), machine.node, name);
      const isWanted = (update: Update) => wanted === 'all' || update.security;
      return {
        updates: offered.filter(isWanted),
        keptBack: offered.filter((update) => !isWanted(update)).map((update) => ({ name: update.name, reason: notWanted })),
        findings: findHalfInstalled(database),
        restartNeed: await restartNeed(),
        repairNeeded: findHalfInstalled(database).length > 0,
      };
    },
    stage(updates) {
      const offered = database.offered();
      const isThere = (update: Update) => offered.some((offer) => offer.name === update.name && offer.version === update.to && offer.gone !== true);
      const gone = updates.filter((update) => !isThere(update));
      const staged = updates.filter((update) => !gone.includes(update));
      return Promise.resolve({ bytes: staged.reduce((sum, update) => sum + update.sizeBytes, 0), gone: gone.map((update) => update.name) });
    },
    async install(updates, { progress, signal }) {
      repairAll(machine, database);
      const bootId = await host.bootId();
      const results: InstallResult['updates'][number][] = [];
      for (const [index, update] of updates.entries()) {
        signal?.throwIfAborted();
        progress(`${update.name} ${update.to}`, index / updates.length);
        results.push(await installOne(machine, database, update, { bootId, ...(name === 'simulated' ? {} : { plugin: name }) }));
      }
      return { updates: results, restartNeed: await restartNeed(), newConfigurationFiles: [], newServices: [] };
    },
    verify(updates) {
      const installed = database.read();
      const problems = [
        ...findHalfInstalled(database).map((finding) => finding.message),
        ...updates.flatMap((update) =>
          installed[update.name]?.version === update.to ? [] : [`${update.name} is ${installed[update.name]?.version ?? 'missing'}, not ${update.to}`],
        ),
      ];
      return Promise.resolve({ clean: problems.length === 0, problems });
    },
    repair: () => Promise.resolve(repairAll(machine, database)),
    restartNeed,
    history: (since) => Promise.resolve({ records: installationsSince(database.logged(), database.read(), since, name), gap: null }),
  };
}

/** Half-installed from the first moment to the last, as a real package is while its scripts run. */
async function installOne(
  machine: Machine,
  database: PackageDatabase,
  update: Update,
  by: Pick<PackageLogLine, 'bootId' | 'plugin'>,
): Promise<InstallResult['updates'][number]> {
  const base = { name: update.name, version: update.to, restartRequired: update.restart === 'expected' };
  const installed = database.read()[update.name];
  if (installed?.version === update.to && installed.status === 'installed' && !hasFault(database, machine, update.name, 'repeatsOn')) {
    return { ...base, outcome: 'alreadyInstalled', restartRequired: false };
  }
  const entry = { ...by, name: update.name, from: installed?.version ?? null, version: update.to };
  database.log(entry, false);
  database.write(update.name, { version: entry.from, status: 'half' });
  await delay(machine.timings.installMs);
  while (hasFault(database, machine, update.name, 'endlessOn')) await delay(endlessLookMs);
  if (hasFault(database, machine, update.name, 'failsOn'))
    return { ...base, outcome: 'failed', restartRequired: false, message: 'the package script failed, as it was told to' };
  if (base.restartRequired) requireRestart(machine, update.name);
  database.write(update.name, { version: update.to, status: 'installed' });
  database.log(entry, true);
  return { ...base, outcome: 'succeeded' };
}

/** What was left half-installed is as it was before; a package whose script fails stays broken. */
function repairAll(machine: Machine, database: PackageDatabase): RepairResult {
  const half = Object.entries(database.read()).filter(([, entry]) => entry.status === 'half');
  const broken = half.filter(([name]) => hasFault(database, machine, name, 'failsOn'));
  const mended = half.filter((entry) => !broken.includes(entry) && entry[1].version !== null);
  for (const [name, { version }] of mended) database.write(name, { version, status: 'installed' });
  return { repaired: mended.map(([name]) => name), problems: broken.map(([name]) => `package ${name} is half-installed and its script fails again`) };
}

/** Looked up at each step: faults are caused while an installation runs. */
function hasFault(database: PackageDatabase, { node }: Machine, name: string, fault: 'failsOn' | 'endlessOn' | 'repeatsOn'): boolean {
  return database.offered().some((offer) => offer.name === name && (offer[fault]?.includes(node) ?? false));
}

/** Forgotten at the next boot, as `/run/reboot-required` is. */
const restartFile = ({ runDirectory }: Machine) => join(runDirectory, 'restart-required');

function requireRestart(machine: Machine, name: string): void {
  mkdirSync(machine.runDirectory, { recursive: true });
  appendFileSync(restartFile(machine), `${name}\n`);
}

function readRestartNeed(machine: Machine): RestartNeed {
  const file = restartFile(machine);
  if (!existsSync(file)) return { needed: false, reasons: [] };
  const names = readFileSync(file, 'utf8').trim().split('\n');
  return { needed: true, reasons: [...new Set(names)].map((name) => `restart required by ${name}`) };
}

function findHalfInstalled(database: PackageDatabase): PluginFinding[] {
  return Object.entries(database.read())
    .filter(([, entry]) => entry.status === 'half')
    .map(([name]) => ({ id: 'packages.clean', severity: 'warning', message: `package ${name} is half-installed` }));
}
