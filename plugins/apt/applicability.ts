/** What to do with each planned update, in view of what is installed by now. */
import type { UpdateOutcome } from '../../domain/ports/update-plugin.js';
import type { Update } from '../../domain/updates.js';
import { isHeld, isInstalled, type Packages } from './package-state.js';

/** An update that is not to be installed, and why. */
export interface SetAside {
  readonly update: Update;
  readonly outcome: Extract<UpdateOutcome, 'alreadyInstalled' | 'notApplicable'>;
  readonly message?: string;
}

export interface Sorted {
  readonly wanted: readonly Update[];
  readonly setAside: readonly SetAside[];
}

/**
 * Sorts the planned updates. The world may have moved since the plan was made: whatever an administrator did meanwhile
 * stays as it is.
 * @param gone whether the version left the mirror before it was fetched
 * @param isNewer whether the first version is newer than the second
 */
export function sortUpdates(
  updates: readonly Update[],
  packages: Packages,
  gone: (update: Update) => boolean,
  isNewer: (left: string, right: string) => boolean,
): Sorted {
  const setAside = updates.flatMap((update): SetAside[] => {
    if (isInstalled(packages, update.name, update.to)) return [{ update, outcome: 'alreadyInstalled' }];
    const reason = reasonAgainst(update, packages, gone, isNewer);
    return reason === null ? [] : [{ update, outcome: 'notApplicable', message: reason }];
  });
  const aside = new Set(setAside.map((one) => one.update));
  return { wanted: updates.filter((update) => !aside.has(update)), setAside };
}

function reasonAgainst(
  update: Update,
  packages: Packages,
  gone: (update: Update) => boolean,
  isNewer: (left: string, right: string) => boolean,
): string | null {
  const installed = packages.get(update.name);
  const isThere = installed !== undefined && !/^.[nc]/.test(installed.status);
  if (isHeld(packages, update.name)) return 'held by the administrator since it was planned';
  if (update.from !== null && !isThere) return 'removed since it was planned';
  if (isThere && installed.version !== update.to && installed.version !== update.from && isNewer(installed.version, update.to))
    return `a newer version was installed since it was planned: ${installed.version}`;
  return gone(update) ? 'this version left the mirror before it was fetched' : null;
}
