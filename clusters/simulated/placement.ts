/** Where the roles of a simulated cluster should be. Pure: a prediction is the same decision on a state to come. */
import type { RolePreference } from '../../domain/steering.js';
import type { SimulatedRole } from './model.js';

/** Where one role is: nodes with an instance, the node with the promoted copy, the node that its address points to. */
export interface RolePlace {
  readonly on: readonly string[];
  readonly promoted: string | null;
  readonly address: string | null;
}

export type Places = Readonly<Record<string, RolePlace>>;

/** How ready each copy of a promotable is, by role and node; a copy without a score is not in sync. */
export type Scores = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A role that is nowhere. */
export const nowhere: RolePlace = { on: [], promoted: null, address: null };

/** What keeps roles where they are, or takes them elsewhere, beside what is configured for each of them. */
export interface PlacementLimits {
  /** Roles that stay where they are: unmanaged, blocked, or on a node that is not fenced yet. */
  readonly pinned?: ReadonlySet<string>;
  /** Where a role cannot be started, as `<role>@<node>`. */
  readonly barred?: ReadonlySet<string>;
  /** Where a run wants roles to be. */
  readonly preferences?: readonly RolePreference[];
}

/** The place of every role on these eligible nodes. */
export function decidePlacement(
  roles: readonly SimulatedRole[],
  eligible: readonly string[],
  now: Places,
  scores: Scores,
  { pinned = new Set(), barred = new Set(), preferences = [] }: PlacementLimits = {},
): Places {
  const load = new Map<string, number>();
  const places: Record<string, RolePlace> = {};
  for (const role of roles) {
    const current = now[role.id] ?? nowhere;
    const open = eligible.filter((node) => !barred.has(`${role.id}@${node}`));
    const wishes = preferences.filter((one) => one.role === role.id);
    const place = pinned.has(role.id) ? current : placeOf(role, open, current, scores[role.id] ?? {}, load, wishes);
    places[role.id] = place;
    if (role.kind !== 'clone') for (const node of place.on) load.set(node, (load.get(node) ?? 0) + 1);
  }
  return places;
}

function placeOf(
  role: SimulatedRole,
  eligible: readonly string[],
  now: RolePlace,
  scores: Readonly<Record<string, number>>,
  load: ReadonlyMap<string, number>,
  wishes: readonly RolePreference[],
): RolePlace {
  switch (role.kind) {
    case 'clone':
      return { on: eligible, promoted: null, address: best(eligible, (node) => [wish(role, node, now.address)]) };
    case 'promotable': {
      const on = eligible.filter((node) => role.copies?.includes(node) ?? true);
      // Only a copy that is in sync is promoted: stale data must never serve, whatever is preferred.
      const ready = on.filter((node) => (scores[node] ?? 0) > 0);
      const promoted = best(ready, (node) => [(scores[node] ?? 0) + wish(role, node, now.promoted)]) ?? stayIn(on, now.promoted);
      return { on, promoted, address: promoted };
    }
    case 'primitive': {
      const steered = (candidate: string) => wishes.filter((one) => one.node === candidate).reduce((sum, one) => sum + one.score, 0);
      const node = best(eligible, (candidate) => [wish(role, candidate, now.on[0] ?? null) + steered(candidate), -(load.get(candidate) ?? 0)]);
      return node === null ? nowhere : { on: [node], promoted: null, address: node };
    }
  }
}

/** How much a role wants to be on a node. Staying wins over an equal place. */
function wish(role: SimulatedRole, node: string, current: string | null): number {
  const preference = role.prefers === node ? (role.preference ?? 100) : 0;
  return preference + (current === node ? (role.stickiness ?? 0) + 0.5 : 0);
}

/** The first node with the highest rank; ranks are compared item by item. */
function best(nodes: readonly string[], rank: (node: string) => readonly number[]): string | null {
  let winner: { readonly node: string; readonly rank: readonly number[] } | null = null;
  for (const node of nodes) {
    const candidate = { node, rank: rank(node) };
    if (winner === null || isHigher(candidate.rank, winner.rank)) winner = candidate;
  }
  return winner?.node ?? null;
}

function isHigher(left: readonly number[], right: readonly number[]): boolean {
  const index = left.findIndex((value, at) => value !== right[at]);
  return index >= 0 && (left[index] ?? 0) > (right[index] ?? 0);
}

function stayIn(nodes: readonly string[], current: string | null): string | null {
  return current !== null && nodes.includes(current) ? current : null;
}
