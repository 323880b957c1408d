/** Which of the mirror's offers a simulated machine needs. */
import type { SimulatedUpdate } from '../../clusters/simulated/model.js';
import type { Update } from '../../domain/updates.js';
import type { Packages } from './package-database.js';

/** The updates that a node needs now. */
export function findUpdates(offered: readonly SimulatedUpdate[], installed: Packages, node: string, plugin = 'simulated'): Update[] {
  return offered
    .filter((offer) => (offer.plugin ?? 'simulated') === plugin && (offer.offeredTo?.includes(node) ?? true) && isNeeded(offer, installed, node))
    .map((offer) => ({
      name: offer.name,
      plugin,
      from: installed[offer.name]?.version ?? null,
      to: offer.version,
      origin: 'simulated mirror',
      security: offer.security ?? false,
      sizeBytes: offer.sizeBytes ?? 1000,
      restart: offer.restart === true ? 'expected' : 'notExpected',
      clusterStack: offer.clusterStack ?? false,
    }));
}

/** Less than zero when `left` is the older version: numbers in them count as numbers, `1.9` before `1.10`. */
export function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}

/** Also a package that is not there yet, when the one that reveals it needs it. */
function isNeeded(offer: SimulatedUpdate, installed: Packages, node: string): boolean {
  const { revealedBy } = offer;
  const revealer = revealedBy === undefined ? undefined : installed[revealedBy.name]?.version;
  if (revealedBy !== undefined && (revealer === undefined || revealer === null || compareVersions(revealer, revealedBy.version) < 0)) return false;
  const has = installed[offer.name];
  if (has === undefined || has.version === null) return revealedBy !== undefined || has !== undefined;
  const order = compareVersions(has.version, offer.version);
  return order < 0 || (order === 0 && (has.status === 'half' || (offer.repeatsOn?.includes(node) ?? false)));
}
