/** Where the roles of a simulated cluster should be. Pure: a prediction is the same decision on another state. */
import type { SimulatedRole } from './model.js';

/** Where one role is: nodes with an instance, the node with the promoted copy, the node that its address points to. */
export interface RolePlace {
  readonly on: readonly string[];
  readonly promoted: string | null;
  readonly address: string | null;
}

export type Places = Readonly<Record<string, RolePlace>>;

/**
 * The place of every role on these eligible nodes.
 * @param scores how ready each copy of a promotable is, by role and node
 */
export function decidePlaces(
  roles: readonly SimulatedRole[],
  eligible: readonly string[],
  now: Places,
  scores: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Places {
  const load = new Map(eligible.map((node) => [node, 0]));
  const places: Record<string, RolePlace> = {};
  for (const role of roles) {
    const place = placeOf(role, eligible, now[role.id] ?? nowhere, scores[role.id] ?? {}, load);
    places[role.id] = place;
    if (role.kind !== 'clone') for (const node of place.on) load.set(node, (load.get(node) ?? 0) + 1);
  }
  return places;
}

export const nowhere: RolePlace = { on: [], promoted: null, address: null };

function placeOf(
  role: SimulatedRole,
  eligible: readonly string[],
  now: RolePlace,
  scores: Readonly<Record<string, number>>,
  load: ReadonlyMap<string, number>,
): RolePlace {
  const stay = (current: string | null | undefined) => (current !== null && current !== undefined && eligible.includes(current) ? current : undefined);
  const preferred = stay(role.prefers);
  switch (role.kind) {
    case 'clone': {
      const address = preferred ?? stay(now.address) ?? eligible[0] ?? null;
      return { on: eligible, promoted: null, address };
    }
    case 'promotable': {
      const on = (role.copies ?? eligible).filter((node) => eligible.includes(node));
      const ready = on.toSorted((left, right) => (scores[right] ?? -1) - (scores[left] ?? -1));
      // A preferred node is promoted only when its copy is in sync: stale data must never serve.
      const home = preferred !== undefined && on.includes(preferred) && (scores[preferred] ?? -1) > 0 ? preferred : undefined;
      const promoted = home ?? stay(now.promoted) ?? ready[0] ?? null;
      return { on, promoted, address: promoted };
    }
    case 'primitive': {
      const least = eligible.toSorted((left, right) => (load.get(left) ?? 0) - (load.get(right) ?? 0) || left.localeCompare(right, 'en', { numeric: true }));
      const node = preferred ?? stay(now.on[0]) ?? least[0];
      return node === undefined ? nowhere : { on: [node], promoted: null, address: node };
    }
  }
}
