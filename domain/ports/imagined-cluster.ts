/**
 * A cluster in thought: what its own rules would make of a change. Each driver asks its cluster manager; what is planned with it (`forecast/`)
 * is the same for all.
 */
import type { RolePlacement } from '../placement.js';
import type { PredictedMove } from './cluster-driver.js';
import type { RolePreference } from '../steering.js';

/** One state, at rest. */
export interface ImaginedCluster {
  readonly placement: readonly RolePlacement[];
  /** Roles that the administrator wants to run. */
  readonly wanted: ReadonlySet<string>;
  /** Members that take roles. */
  readonly open: readonly string[];
  /** What comes of it under these terms, which replace those that led here. */
  after(terms: ImaginedTerms): Promise<ImaginedStep>;
}

/** The state that follows another, and what moved on the way. */
export interface ImaginedStep extends ImaginedCluster {
  moves(when: PredictedMove['when']): PredictedMove[];
}

/** What is imagined beyond what is configured; nothing where it is left out. */
export interface ImaginedTerms {
  /** Nodes in standby. */
  readonly away?: readonly string[];
  readonly preferences?: readonly RolePreference[];
  /** Roles hardly care to stay where they are, so that what prefers them elsewhere shows. */
  readonly isRestless?: boolean;
}

/** The node on which the role has its one place or its promoted copy. */
export function placeIn({ placement }: Pick<ImaginedCluster, 'placement'>, role: string): string | null {
  const place = placement.find((one) => one.role === role);
  if (place === undefined) return null;
  return (place.kind === 'promotable' ? place.promoted[0] : place.on[0]) ?? null;
}
