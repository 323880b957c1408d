/** The update plug-in for Debian and its relatives. */
import type { UpdatePlugin, VerifyResult } from '../../domain/ports/update-plugin.js';
import type { Update } from '../../domain/updates.js';
import { readInstallations } from './dpkg-log.js';
import { install } from './installation.js';
import { findBroken, readPackages, renderStates } from './package-state.js';
import { repair } from './repair.js';
import { readRestartNeed } from './restart-need.js';
import { scan } from './scan.js';
import { stage } from './staging.js';

/** The plug-in `apt`, for the machine that it runs on. */
export function createAptPlugin(): UpdatePlugin {
  return {
    manifest: { name: 'apt', version: '1', exclusive: ['dpkg'] },
    scan,
    stage,
    install,
    verify,
    repair,
    restartNeed: readRestartNeed,
    history: readInstallations,
  };
}

async function verify(updates: readonly Update[]): Promise<VerifyResult> {
  const packages = await readPackages();
  const problems = [
    ...findBroken(packages).map((name) => `${renderStates(packages, [name])} is not fully installed`),
    ...updates.flatMap((update) => {
      const version = packages.get(update.name)?.version;
      return version === update.to ? [] : [`${update.name} is ${version ?? 'missing'}, not ${update.to}`];
    }),
  ];
  return { clean: problems.length === 0, problems };
}
