/** Where roles serve, compact enough to cross the server, and what moved between two looks. */
import { isServing, type ClusterDescription, type PromotionScore } from './cluster.js';
import type { ObservedMove } from './report.js';

/** Where one role serves: `on` its nodes with a serving instance, `promoted` those with the promoted copy. */
export interface RolePlacement {
  readonly role: string;
  readonly kind: string;
  /** Instances of its primitives that serve, over all nodes. */
  readonly serving: number;
  readonly on: readonly string[];
  readonly promoted: readonly string[];
}

/** How a cluster stood before a node was touched: what must be there again after it. */
export interface Baseline {
  readonly roles: readonly RolePlacement[];
  readonly scores: readonly PromotionScore[];
  /** Failed actions that were there before, by id: old failures are not ours to judge. */
  readonly failedActions: readonly string[];
}

/** The placement of every role. */
export function placementOf(cluster: Pick<ClusterDescription, 'roles'>): RolePlacement[] {
  return cluster.roles.map((role) => {
    const serving = role.instances.filter((instance) => isServing(instance.state));
    return {
      role: role.id,
      kind: role.kind,
      serving: serving.length,
      on: unique(serving.map((instance) => instance.node)),
      promoted: unique(serving.filter((instance) => instance.state === 'Promoted').map((instance) => instance.node)),
    };
  });
}

/** What a node's update starts from. */
export function baselineOf(cluster: ClusterDescription): Baseline {
  return { roles: placementOf(cluster), scores: cluster.promotionScores, failedActions: cluster.failedActions.map((action) => action.id) };
}

/** The baseline without these roles: they are not waited for. */
export function withoutRoles(baseline: Baseline, roles: readonly string[]): Baseline {
  return roles.length === 0 ? baseline : { ...baseline, roles: baseline.roles.filter((role) => !roles.includes(role.role)) };
}

/** Whether a role with one place is there in part only, as a group whose address moved on while its web server failed to start: it serves nobody. */
export function isPartlyDown(was: Pick<RolePlacement, 'kind' | 'serving'>, serving: number): boolean {
  return (was.kind === 'primitive' || was.kind === 'group') && serving > 0 && serving < was.serving;
}

/** Roles that served, or had a promoted copy, and do so nowhere now, or in part only. */
export function rolesDown(baseline: Baseline, now: readonly RolePlacement[]): string[] {
  return baseline.roles
    .filter((was) => {
      const is = now.find((role) => role.role === was.role);
      if (was.serving === 0 || is === undefined) return false;
      return is.serving === 0 || isPartlyDown(was, is.serving) || (was.promoted.length > 0 && is.promoted.length === 0);
    })
    .map((was) => was.role);
}

/**
 * The roles that serve elsewhere than before. A role with one place moves; a promotable moves with its promoted copy;
 * a clone that only lost or got back a copy did not move.
 */
export function findMoves(before: readonly RolePlacement[], after: readonly RolePlacement[], when: ObservedMove['when']): ObservedMove[] {
  return before.flatMap((was) => {
    const is = after.find((role) => role.role === was.role);
    const from = home(was);
    const to = is === undefined ? null : home(is);
    return from === null || from === to || was.kind === 'clone' ? [] : [{ role: was.role, from, to, when }];
  });
}

function home(placement: RolePlacement): string | null {
  return (placement.kind === 'promotable' ? placement.promoted[0] : placement.on[0]) ?? null;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}
