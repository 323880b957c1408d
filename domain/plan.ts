/** The plan of a run: which nodes in which order, with what. Pure; a preview shows exactly what a run would do. */
import { z } from 'zod';
import { findNode, type ClusterDescription } from './cluster.js';
import type { PredictedNodeMoves } from './ports/cluster-driver.js';
import { mustDrain } from './drain-need.js';
import { maintenanceByWish, standbyByWish, wayOutOfMaintenance, wayOutOfStandby } from './operators-wish.js';
import { releaseOfKept } from './recovery.js';
import { decideOrder, siteOf, sitesOf } from './order.js';
import { fitList } from './payload-size.js';
import type { RunOptions } from './options.js';
import type { Update } from './updates.js';

/** What a scan found on one node, as the plan needs it. */
export interface ScannedNode {
  readonly node: string;
  readonly updates: readonly Update[];
  readonly restartNeeded: boolean;
  readonly repairNeeded: boolean;
  readonly keptBack: readonly { readonly name: string; readonly reason: string }[];
}

/** One node of the plan. */
export const plannedNodeSchema = z.strictObject({
  node: z.string(),
  /** `update`: it is taken through the whole order of steps; `upToDate` and `skip`: it is left alone. */
  action: z.enum(['update', 'upToDate', 'skip']),
  /** Why it is skipped. */
  reason: z.string().nullable(),
  updates: z.number().int(),
  security: z.number().int(),
  bytes: z.number().int(),
  restart: z.enum(['expected', 'notExpected']),
  clusterStack: z.boolean(),
  /** Whether its roles are moved away first. */
  drain: z.boolean(),
  /** The updates by name, as far as they fit; `cut` more are not listed. */
  list: z.array(z.string()),
  cut: z.number().int(),
  keptBack: z.array(z.string()),
  /** Its site; only where nodes are taken site by site. */
  site: z.string().optional(),
  /** The wave that it is in, counted from 1; absent when nodes are worked on one at a time. */
  wave: z.number().int().min(1).optional(),
  moves: z.array(
    z.strictObject({ role: z.string(), from: z.string(), to: z.string().nullable(), when: z.enum(['drain', 'return', 'failback']), kind: z.string() }),
  ),
});
export type PlannedNode = z.infer<typeof plannedNodeSchema>;

/** The nodes in the order in which they are worked on; those that are left alone come last. */
export const planSchema = z.strictObject({ nodes: z.array(plannedNodeSchema) });
export type Plan = z.infer<typeof planSchema>;

const listBytes = 3000;

/** The plan in the order in which nodes are worked on; nodes that are left alone come last. */
export function decidePlan(
  cluster: ClusterDescription,
  scanned: readonly ScannedNode[],
  skipped: readonly { readonly node: string; readonly reason: string }[],
  options: RunOptions,
): Plan {
  const isBySite = sitesOf(options.order) !== null;
  const placed = (node: PlannedNode): PlannedNode => {
    const site = isBySite ? siteOf(cluster, node.node) : null;
    return site === null ? node : { ...node, site };
  };
  const nodes = scanned.map((scan) => planNode(scan, options));
  const order = decideOrder(
    cluster,
    nodes.filter((node) => node.action === 'update').map((node) => node.node),
    options.order,
  );
  const working = order.flatMap((name) => nodes.filter((node) => node.node === name));
  const idle = nodes.filter((node) => node.action !== 'update');
  return { nodes: [...working, ...idle, ...skipped.map(skippedNode)].map(placed) };
}

/** The plan with the moves that each node's drain and return would cause. */
export function withMoves(plan: Plan, predicted: readonly PredictedNodeMoves[]): Plan {
  return {
    nodes: plan.nodes.map((node) => ({
      ...node,
      moves: [...(predicted.find((entry) => entry.node === node.node)?.moves ?? [])],
    })),
  };
}

/** The plan with the waves in which its nodes are worked on, in the order of the waves. */
export function withWaves(plan: Plan, waves: readonly (readonly string[])[]): Plan {
  const inWaves = waves.flatMap((wave, index) =>
    wave.flatMap((name) => plan.nodes.filter(({ node }) => node === name).map((node) => ({ ...node, wave: index + 1 }))),
  );
  return { nodes: [...inWaves, ...plan.nodes.filter(({ node }) => !inWaves.some((one) => one.node === node))] };
}

/** Why a node is left out, and how it comes to be updated where somebody's word is all that it takes. */
export interface SkipReason {
  readonly because: string;
  readonly wayOut: string | null;
}

/** Whether the node can be worked on at all: why not, or null. What an operator has in standby only where that is asked for. */
export function reasonToSkip(cluster: ClusterDescription, name: string, includeStandby = false): SkipReason | null {
  const node = findNode(cluster, name);
  if (node === undefined) return { because: 'not a node of this cluster', wayOut: null };
  if (node.kind !== 'member') return { because: `a ${node.kind} node: it has no vote and no worker of its own`, wayOut: null };
  if (!node.online) return { because: 'offline', wayOut: null };
  if (node.pending) return { because: 'not a full member: it is joining or leaving', wayOut: null };
  if (node.hold !== null && node.hold.kept !== null && node.hold.intact)
    return {
      because: `kept in maintenance mode by run ${node.hold.run.workflowId}: ${node.hold.kept}`,
      wayOut: `when it is well again, let go of it ("${releaseOfKept(cluster.cluster, name)}")`,
    };
  if (node.standbyBy === 'operator' && !includeStandby) return { because: standbyByWish, wayOut: wayOutOfStandby(name) };
  if (node.maintenance) return { because: maintenanceByWish, wayOut: wayOutOfMaintenance(name) };
  return null;
}

/** The reason for reports and screens. */
export function renderSkipReason({ because, wayOut }: SkipReason): string {
  return wayOut === null ? because : `${because}; ${wayOut}`;
}

function planNode(scan: ScannedNode, options: RunOptions): PlannedNode {
  const names = fitList(
    scan.updates.map((update) => `${update.name} ${update.to}`),
    listBytes,
  );
  const isRestartExpected = scan.restartNeeded || scan.updates.some((update) => update.restart === 'expected');
  const clusterStack = scan.updates.some((update) => update.clusterStack);
  return {
    node: scan.node,
    action: scan.updates.length > 0 || scan.restartNeeded || scan.repairNeeded ? 'update' : 'upToDate',
    reason: null,
    updates: scan.updates.length,
    security: scan.updates.filter((update) => update.security).length,
    bytes: scan.updates.reduce((sum, update) => sum + update.sizeBytes, 0),
    restart: isRestartExpected ? 'expected' : 'notExpected',
    clusterStack,
    drain: mustDrain(options, { restart: isRestartExpected, clusterStack }),
    list: names.kept,
    cut: names.cut,
    keptBack: fitList(
      scan.keptBack.map((entry) => `${entry.name}: ${entry.reason}`),
      listBytes,
    ).kept,
    moves: [],
  };
}

function skippedNode({ node, reason }: { readonly node: string; readonly reason: string }): PlannedNode {
  return {
    node,
    action: 'skip',
    reason,
    updates: 0,
    security: 0,
    bytes: 0,
    restart: 'notExpected',
    clusterStack: false,
    drain: false,
    list: [],
    cut: 0,
    keptBack: [],
    moves: [],
  };
}
