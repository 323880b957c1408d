/** What to change in a given CIB so that roles are steered, or not any more. Pure; an empty list means that it is so. */
import { CauError } from '../../domain/errors.js';
import { isSameRun, type RunReference } from '../../domain/names.js';
import type { Steering } from '../../domain/steering.js';
import type { Cib } from './cib.js';
import type { CibEdit } from './cib-edits.js';
import { findLease, requireNoForeignLease } from './lease.js';
import { preferenceEdits, removePreferences } from './own-constraints.js';

/** The change that makes the cluster follow them; none for those that are there. @throws CauError see `ClusterDriver.steer` */
export function decideSteer(cib: Cib, run: RunReference, of: string | null, steering: Steering): CibEdit[] {
  requireNoForeignLease(cib, run, of ?? 'cluster');
  const owner = of === null ? null : cib.nodes.find((node) => node.name === of && node.isMember);
  if (owner === undefined) throw new CauError('NodeVanished', `${of} is no member of this cluster.`, { where: of ?? '' });
  return preferenceEdits(cib, owner, steering);
}

/** The change that takes them away; none where another run has the cluster by now. */
export function decideUnsteer(cib: Cib, run: RunReference, of: string | null): CibEdit[] {
  const holder = findLease(cib)?.run ?? null;
  if (holder !== null && !isSameRun(holder, run)) return [];
  const owner = of === null ? null : cib.nodes.find((node) => node.name === of);
  return owner === undefined ? [] : removePreferences(cib, owner);
}
