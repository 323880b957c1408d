/**
 * Where the roles of a node should go that is drained, so that they move as seldom as possible: to nodes that this run does not
 * drain any more. Pure; what a cluster would really do is for its driver to say.
 */
import { z } from 'zod';
import { nameSchema } from './names.js';
import type { RolePlacement } from './placement.js';
import type { RoleCandidates } from './waves.js';

/** The id of a role as cluster managers allow it: a name in XML. */
const roleSchema = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/, 'the id of a role');

/** At most so many roles are steered at once. */
export const maxSteered = 500;

/** A wish of a run that a role be on a node, for a while and with that score; never more than it takes. */
export const rolePreferenceSchema = z.strictObject({ role: roleSchema, node: nameSchema, score: z.number().int().min(1).max(999_999) });
export type RolePreference = z.infer<typeof rolePreferenceSchema>;

/** Preferences, and until when the cluster follows them at most: what takes them away in time is the run. */
export const steeringSchema = z.strictObject({ preferences: z.array(rolePreferenceSchema).max(maxSteered).readonly(), until: z.iso.datetime() });
export type Steering = z.infer<typeof steeringSchema>;

/** Where a role was before it was moved. */
export const roleHomeSchema = z.strictObject({ role: roleSchema, node: nameSchema });
export type RoleHome = z.infer<typeof roleHomeSchema>;

/** The drains that are left of a run, as one role meets them. */
export interface DrainsAhead {
  /** The nodes that will be drained, in their order. */
  readonly later: readonly string[];
  /** The nodes on which the role can serve. */
  readonly candidates: readonly string[];
  /** The node to which it is taken at the end of the run; null: it stays where it is then. */
  readonly home: string | null;
}

/** What tells where roles should go when a node is drained. */
export interface SteeringFacts {
  readonly node: string;
  /** The nodes that the run drains after this one, in their order. */
  readonly later: readonly string[];
  readonly standing: readonly RolePlacement[];
  /** Where roles would be if the cluster alone chose. */
  readonly unsteered: readonly RolePlacement[];
  readonly candidates: readonly RoleCandidates[];
  /** Where roles are taken at the end of the run; none where they stay. */
  readonly homes: readonly RoleHome[];
}

/**
 * The least number of further moves of a role that is on `at`: one for each drain of the node that it is on by then, and one home at the
 * end. A role that has no other node is down while its node is away, which counts as one.
 */
export function fewestMovesFrom(at: string, { later, candidates, home }: DrainsAhead): number {
  const known = new Map<string, number>();
  const from = (node: string, next: number): number => {
    const key = `${next} ${node}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const drain = later.indexOf(node, next);
    const others = candidates.filter((other) => other !== node);
    const answer =
      drain < 0
        ? Number(home !== null && home !== node)
        : 1 + (others.length === 0 ? from(node, drain + 1) : Math.min(...others.map((other) => from(other, drain + 1))));
    known.set(key, answer);
    return answer;
  };
  return from(at, 0);
}

/**
 * The nodes to which roles of the drained node should go and would not by themselves. Only roles with one place are steered: a copy
 * of a clone has none, and which copy is promoted is for the scores of the copies alone, since a preference could promote stale data.
 * Among equally good nodes it is the one with the fewest such roles, then the first by name.
 */
export function decideTargets({ node, later, standing, unsteered, candidates, homes }: SteeringFacts): RoleHome[] {
  const load = new Map<string, number>();
  const count = (place: string) => load.set(place, (load.get(place) ?? 0) + 1);
  const single = standing.filter(hasOnePlace);
  for (const { on } of single) count(on[0] ?? '');
  return single.flatMap(({ role, on }) => {
    const allowed = candidates.find((one) => one.role === role)?.nodes.filter((other) => other !== node) ?? [];
    const chosen = unsteered.find((one) => one.role === role)?.on[0];
    if (on[0] !== node || chosen === undefined || allowed.length === 0) return [];
    const ahead = { later, candidates: [...allowed, node], home: homes.find((one) => one.role === role)?.node ?? null };
    const ranked = allowed
      .map((target) => ({ target, rank: [fewestMovesFrom(target, ahead), load.get(target) ?? 0] as const }))
      .toSorted((left, right) => left.rank[0] - right.rank[0] || left.rank[1] - right.rank[1] || compareNames(left.target, right.target));
    const [best] = ranked;
    if (best === undefined || fewestMovesFrom(chosen, ahead) <= best.rank[0]) return [];
    count(best.target);
    return [{ role, node: best.target }];
  });
}

/** Whether the role serves on one node, and is neither a clone nor promoted there. */
export function hasOnePlace({ kind, on }: RolePlacement): boolean {
  return (kind === 'primitive' || kind === 'group') && on.length === 1;
}

const compareNames = (left: string, right: string) => left.localeCompare(right, 'en', { numeric: true });
