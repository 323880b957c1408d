/** What updates the node needs, changing nothing that another program can see. */
import { createHash } from 'node:crypto';
import { CauError } from '../../domain/errors.js';
import type { PluginContext, ScanResult } from '../../domain/ports/update-plugin.js';
import type { Update } from '../../domain/updates.js';
import { lastLines, placeOptions, preparePlaces, run } from './commands.js';
import { findFindings } from './findings.js';
import { isClusterStack, isOwn, mayNeedRestart } from './package-kinds.js';
import { readMarks } from './package-state.js';
import { readRestartNeed } from './restart-need.js';
import { parseSimulation, parseSizes, type SimulatedInstall } from './simulation.js';

const lockSeconds = 600;

/** Reads fresh lists of the plug-in's own, and simulates the upgrade that an installation would do. */
export async function scan({ cluster, stateDirectory, progress }: PluginContext): Promise<ScanResult> {
  const places = await preparePlaces(stateDirectory);
  const options = [...placeOptions(places), '-o', `APT::Machine-ID=${machineId(cluster)}`];
  progress('reading package lists');
  // A source that fails must not look like "nothing to update".
  const update = await run('apt-get', ['update', '-q', ...options, '-o', 'APT::Update::Error-Mode=any', '-o', `DPkg::Lock::Timeout=${lockSeconds}`]);
  if (update.exitCode !== 0) throw new CauError('ScanFailed', `"apt-get update" failed: ${lastLines(update.all)}`, { where: 'apt' });
  progress('simulating the upgrade');
  const [simulated, held, findings, restartNeed] = await Promise.all([
    run('apt-get', ['--simulate', 'upgrade', '--with-new-pkgs', '--no-remove', ...options]),
    readMarks('hold'),
    findFindings(),
    readRestartNeed(),
  ]);
  const simulation = parseSimulation(simulated.stdout);
  const isDirty = findings.some((finding) => finding.id === 'packages.clean');
  if (simulated.exitCode !== 0 && !isDirty) throw new CauError('ScanFailed', `apt cannot simulate the upgrade: ${lastLines(simulated.all)}`, { where: 'apt' });
  const sizes = await readSizes(simulation.installs, options);
  return {
    updates: simulation.installs.filter((install) => !isOwn(install.name)).map((install) => toUpdate(install, sizes)),
    keptBack: [
      ...simulation.keptBack.map((name) => ({
        name,
        reason: held.has(name) ? 'held by the administrator' : 'needs a removal, a new dependency, or is phased',
      })),
      ...simulation.installs
        .filter((install) => isOwn(install.name))
        .map((install) => ({ name: install.name, reason: 'runs this very update; it is updated between runs' })),
    ],
    findings,
    restartNeed,
  };
}

/** Phased updates are dealt out by machine id: one id for the cluster, so that all nodes get the same. */
export function machineId(cluster: string): string {
  return createHash('md5').update(`cau ${cluster}`).digest('hex');
}

async function readSizes(installs: readonly SimulatedInstall[], options: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (installs.length === 0) return new Map();
  const { stdout } = await run('apt-cache', [...options, 'show', ...installs.map((install) => `${install.name}=${install.to}`)]);
  return parseSizes(stdout);
}

function toUpdate({ name, from, to, origins }: SimulatedInstall, sizes: ReadonlyMap<string, number>): Update {
  const origin = origins.join(', ').slice(0, 200);
  return {
    name,
    plugin: 'apt',
    from,
    to,
    origin,
    security: /security/i.test(origin),
    sizeBytes: sizes.get(`${name.split(':')[0]} ${to}`) ?? 0,
    restart: mayNeedRestart(name) ? 'expected' : 'notExpected',
    clusterStack: isClusterStack(name),
  };
}
