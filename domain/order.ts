/** In which order a run takes its nodes, one after another or site by site. Pure; a preview shows exactly what a run would do. */
import { z } from 'zod';
import { findNode, rolesOn, type ClusterSight } from './cluster.js';
import { nameSchema } from './names.js';

/** A site is called what its administrators call it, also "north wing". */
const siteNameSchema = z.string().min(1).max(64);

/** What the option `order` may be. */
export const orderSchema = z.union([
  z.enum(['fewestRoles', 'bySite']),
  z.array(nameSchema).min(1).max(100),
  z.strictObject({ sites: z.array(siteNameSchema).min(1).max(32) }),
]);
export type Order = z.infer<typeof orderSchema>;

/** The sites that the order names; none when they come by rule, null when nodes are not taken site by site. */
export function sitesOf(order: Order): readonly string[] | null {
  if (order === 'bySite') return [];
  return typeof order === 'object' && 'sites' in order ? order.sites : null;
}

/** The site of a node; null where it has none. Nodes without one are taken together, like a site without a name. */
export function siteOf(cluster: ClusterSight, node: string): string | null {
  return findNode(cluster, node)?.site ?? null;
}

/**
 * The order of nodes. A given list comes first, in its order. Otherwise nodes with promoted copies go last, so that a
 * promotion lands on an updated node; then those with the fewest roles first; the cluster's coordinating member last
 * among equals; then by name. By site, that is the order within each.
 */
export function decideOrder(cluster: ClusterSight, nodes: readonly string[], order: Order): string[] {
  const listed = Array.isArray(order) ? order.filter((node) => nodes.includes(node)) : [];
  const rest = nodes
    .filter((node) => !listed.includes(node))
    .map((node) => ({ node, rank: rankOf(cluster, [node]) }))
    .toSorted((left, right) => compare(left.rank, right.rank) || byName(left.node, right.node))
    .map(({ node }) => node);
  const sites = sitesOf(order);
  if (sites === null) return [...listed, ...rest];
  return decideSites(cluster, rest, sites).flatMap((site) => rest.filter((node) => siteOf(cluster, node) === site));
}

/** Nodes in their order, in groups of which each is done before the next is begun: a site, or all of them when sites do not count. */
export function inTurns(cluster: ClusterSight, nodes: readonly string[], order: Order): string[][] {
  const [first, ...others] = nodes;
  if (first === undefined) return [];
  if (sitesOf(order) === null) return [[...nodes]];
  const turns = [[first]];
  for (const node of others) {
    const turn = turns.at(-1);
    if (turn?.[0] !== undefined && siteOf(cluster, turn[0]) === siteOf(cluster, node)) turn.push(node);
    else turns.push([node]);
  }
  return turns;
}

/**
 * The sites of these nodes in the order in which they are taken: those that are listed, then the others by the rule for nodes, each
 * site taken as a whole. So the site where most serves comes last.
 */
function decideSites(cluster: ClusterSight, nodes: readonly string[], listed: readonly string[]): (string | null)[] {
  const sites = [...new Set(nodes.map((node) => siteOf(cluster, node)))];
  const place = (site: string | null) => (site !== null && listed.includes(site) ? listed.indexOf(site) : listed.length);
  const membersOf = (site: string | null) => cluster.nodes.filter((node) => (node.site ?? null) === site).map((node) => node.name);
  return sites
    .map((site) => ({ site, rank: [place(site), ...rankOf(cluster, membersOf(site))] }))
    .toSorted((left, right) => compare(left.rank, right.rank) || byName(left.site ?? '', right.site ?? ''))
    .map(({ site }) => site);
}

/** The smaller, the earlier: whether a promoted copy is there, how many roles serve there, whether the coordinating member is. */
function rankOf(cluster: ClusterSight, nodes: readonly string[]): readonly number[] {
  const isHere = (node: string | null) => node !== null && nodes.includes(node);
  return [
    cluster.roles.some((role) => role.instances.some((instance) => isHere(instance.node) && instance.state === 'Promoted')) ? 1 : 0,
    nodes.reduce((sum, node) => sum + rolesOn(cluster, node).length, 0),
    isHere(cluster.witness.coordinator) ? 1 : 0,
  ];
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const byName = (left: string, right: string) => left.localeCompare(right, 'en', { numeric: true });
