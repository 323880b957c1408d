/** The installations of a simulated machine from the lines of its package log. */
import type { PackageLogLine } from '../../clusters/simulated/model.js';
import type { Installation } from '../../domain/records.js';
import type { Packages } from './package-database.js';

/**
 * Each begun installation with whether it ended. The data base is written before the log, so a version that is there was
 * installed although the line of its end is missing after a power cut.
 */
export function installationsSince(lines: readonly PackageLogLine[], installed: Packages, since: string, plugin = 'simulated'): Installation[] {
  const found: Installation[] = [];
  for (const { at, name, from, version, begun, plugin: by = 'simulated' } of lines) {
    if (at < since || by !== plugin) continue;
    const open = found.findLastIndex((one) => one.name === name && one.to === version && !one.isFinished);
    if (begun === true) found.push({ plugin, name, from, to: version, at, isFinished: false });
    else if (open >= 0) found[open] = { ...(found[open] as Installation), isFinished: true };
    else found.push({ plugin, name, from, to: version, at, isFinished: true });
  }
  return found.map((one, index) => {
    const isLast = found.findLastIndex(({ name }) => name === one.name) === index;
    const now = installed[one.name];
    return isLast && now?.status === 'installed' && now.version === one.to ? { ...one, isFinished: true } : one;
  });
}
