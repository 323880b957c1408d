/** Before anything is touched: who is there, can it be updated safely, what is there to do. Run and preview share it. */
import { fullMembers, type ClusterDescription } from '../domain/cluster.js';
import { CauError, type Failure } from '../domain/errors.js';
import { scriptsOf, type RunOptions } from '../domain/options.js';
import { inTurns } from '../domain/order.js';
import { decidePlan, reasonToSkip, renderSkipReason, withWaves, type Plan } from '../domain/plan.js';
import { forecastOf, isSameMode, moveModes, type ModeForecast, type MoveMode } from '../domain/move-modes.js';
import { placementOf } from '../domain/placement.js';
import { decideWaves, waveFindings, type WaveFacts } from '../domain/waves.js';
import type { PredictedNodeMoves } from '../domain/ports/cluster-driver.js';
import type { ScanResult } from '../domain/ports/update-plugin.js';
import type { ReadinessFacts } from '../domain/readiness/rule.js';
import { checkReadiness, pluginFindings } from '../domain/readiness/readiness.js';
import type { Finding } from '../domain/report.js';
import { unevenFindings, type OfferedNode } from '../domain/uniformity.js';
import { failureFrom } from './failures.js';
import { scanNode, type SourcesOf } from './scanning.js';
import type { WaitBoard } from './waiting.js';
import { thinkingMs, Witnesses } from './witnesses.js';
import { introduction, quickStep } from './workers.js';

/** The cluster and who may speak for it. */
export interface Acquaintance {
  readonly description: ClusterDescription;
  readonly witnesses: Witnesses;
}

const maxNodes = 100;

/** The first question of a run; any worker of the cluster answers it. Waits show on the board. @throws CauError `ClusterUnknown`, `NotReady` */
export async function meetCluster(cluster: string, board?: WaitBoard): Promise<Acquaintance> {
  const description = await introduction(cluster)
    .introduceCluster({ cluster })
    .catch((error: unknown) => {
      const failure = failureFrom(error);
      if (failure.code !== 'NodeUnreachable') throw new CauError(failure.code, failure.message, { remedy: failure.remedy });
      throw new CauError('ClusterUnknown', `No node worker of cluster "${cluster}" answered in 10 s.`, { where: 'cluster' });
    });
  if (description.nodes.length > maxNodes) {
    throw new CauError('InvalidInput', `Cluster ${cluster} has ${description.nodes.length} nodes; at most ${maxNodes} can be updated in one run.`, {
      where: 'nodes',
    });
  }
  return meetMajority(description, board);
}

/** Whoever answered first may be cut off from the others: then those are asked, whom it knows by name. */
async function meetMajority(first: ClusterDescription, board: WaitBoard | undefined): Promise<Acquaintance> {
  const acquaint = (description: ClusterDescription): Acquaintance => ({
    description,
    witnesses: new Witnesses(
      description.cluster,
      fullMembers(description).map((node) => node.name),
      board,
    ),
  });
  if (first.witness.quorate) return acquaint(first);
  const members = first.nodes.filter((node) => node.kind === 'member').map((node) => node.name);
  try {
    const known = new Witnesses(first.cluster, members, board);
    return acquaint(
      await known.ask({
        summary: 'who has quorum?',
        not: first.witness.node,
        patienceMs: 0,
        ask: (activities, target) => activities.describeCluster(target),
      }),
    );
  } catch {
    // Nobody has it: readiness says so, in the words of the one that answered.
    return acquaint(first);
  }
}

/** What readiness found, and the members whose workers answered. */
export interface CheckedCluster {
  readonly findings: Finding[];
  readonly answering: readonly string[];
}

/** The readiness of the cluster for a run over `nodes`. A worker that does not take up a question for `startMs` is not there. */
export async function checkCluster(met: Acquaintance, nodes: readonly string[], options: RunOptions, startMs?: number): Promise<CheckedCluster> {
  const { description, witnesses } = met;
  const { cluster } = description;
  const askedAt = Date.now();
  const examining = examineScripts(met, nodes, options, startMs);
  const identities = await Promise.all(
    witnesses.members.map((node) =>
      quickStep(cluster, node, `is the worker of ${node} there?`, startMs)
        .identifyNode({ cluster, node })
        .catch(() => null),
    ),
  );
  // A worker answers between the question and now; only what lies outside of that is skew.
  const now = Date.now();
  const skewOf = (at: number) => (at < askedAt ? at - askedAt : at > now ? at - now : 0);
  const workers = identities
    .filter((identity) => identity !== null)
    .map((identity) => ({ node: identity.node, clockSkewMs: skewOf(Date.parse(identity.at)), stackStartsAtBoot: identity.stack.startsAtBoot }));
  return {
    findings: checkReadiness({ cluster: description, nodes, options, workers, scripts: await examining }),
    answering: workers.map(({ node }) => node),
  };
}

/** The scripts that the run is to use, as each of its nodes has them. What a node does not tell counts as a problem there. */
async function examineScripts(
  { description, witnesses }: Acquaintance,
  nodes: readonly string[],
  options: RunOptions,
  startMs: number | undefined,
): Promise<ReadinessFacts['scripts']> {
  const { cluster } = description;
  const scripts = scriptsOf(options);
  if (scripts.length === 0) return [];
  const asked = witnesses.members.filter((node) => nodes.includes(node));
  const found = await Promise.all(
    asked.map(async (node) => {
      const examined = await quickStep(cluster, node, `has ${node} the scripts of the run?`, startMs)
        .examineScripts({ cluster, node, scripts })
        .catch((error: unknown) => scripts.map((script) => ({ script, problem: `script "${script}": ${failureFrom(error).message}`, digest: null })));
      return examined.map((script) => ({ node, ...script }));
    }),
  );
  return found.flat();
}

/** What was found on the nodes that a run was asked for, and why others of them are left out. */
export interface Scans {
  readonly found: readonly { readonly node: string; readonly scan: ScanResult }[];
  readonly skipped: readonly { readonly node: string; readonly reason: string }[];
}

/** Scans every node that can be worked on; changes nothing. */
export async function scanNodes(
  { description }: Acquaintance,
  asked: readonly string[],
  options: RunOptions,
  sources: Pick<SourcesOf, 'board' | 'isPatient'>,
): Promise<Scans> {
  const { cluster } = description;
  const reasons = asked.map((node) => ({ node, reason: reasonToSkip(description, node, options.includeStandby) }));
  const scan = async (node: string) => ({ node, scan: await scanNode({ cluster, node, ...sources }, options) });
  return {
    skipped: reasons.flatMap(({ node, reason }) => (reason === null ? [] : [{ node, reason: renderSkipReason(reason) }])),
    found: await Promise.all(reasons.filter(({ reason }) => reason === null).map(({ node }) => scan(node))),
  };
}

/** What every member is still offered, for the end of a run; null of one that cannot be asked. */
export async function scanAgain({ cluster, members }: Witnesses, nodes: readonly string[], options: RunOptions, board: WaitBoard): Promise<OfferedNode[]> {
  const scan = async (node: string) =>
    (await scanNode({ cluster, node, board, isPatient: false }, options, `scan ${node}: do all nodes have the same?`)).updates;
  return Promise.all(nodes.map(async (node) => ({ node, updates: members.includes(node) ? await scan(node).catch(() => null) : null })));
}

/** The plan for what was found, its moves not yet predicted. */
export function planFrom({ description }: Acquaintance, { found, skipped }: Scans, options: RunOptions): Plan {
  return decidePlan(
    description,
    found.map(({ node, scan }) => ({
      node,
      updates: scan.updates,
      keptBack: scan.keptBack,
      restartNeeded: options.restartWhen === 'always' || (scan.restartNeed.needed && options.restartWhen !== 'never'),
      repairNeeded: scan.repairNeeded,
    })),
    skipped,
    options,
  );
}

/** What the plug-ins of the nodes found, and whether they are offered the same. */
export function findingsFrom({ found }: Scans, options: RunOptions): Finding[] {
  const offered = found.map(({ node, scan }) => ({ node, updates: scan.updates }));
  return [
    ...found.flatMap(({ node, scan }) => pluginFindings(node, scan.findings, options.skipChecks)),
    ...(options.requireUniform ? unevenFindings(offered, options.skipChecks) : []),
  ];
}

/** What tells which nodes may be worked on at once, as the cluster stands now. */
export async function waveFacts(witnesses: Witnesses, atWork: readonly string[], options: RunOptions): Promise<WaveFacts> {
  const [asked] = atWork;
  const not = asked ?? null;
  const [cluster, candidates] = await Promise.all([
    witnesses.describe(not, 'which votes can be spared?'),
    witnesses.ask({
      summary: 'which nodes could keep each role serving?',
      not,
      timeoutMs: 30_000,
      ask: (activities, target) => activities.findCandidates(target),
    }),
  ]);
  return { cluster, candidates, allowOutage: options.allowOutage };
}

/** The plan in waves, where several nodes may be worked on at once, and what people should know of them; otherwise the plan as it is. */
export async function planWaves(
  { description, witnesses }: Acquaintance,
  plan: Plan,
  options: RunOptions,
): Promise<{ readonly plan: Plan; readonly findings: Finding[] }> {
  const nodes = plan.nodes.filter((node) => node.action === 'update').map((node) => node.node);
  if (options.maxParallelNodes === 1 || nodes.length < 2) return { plan, findings: [] };
  const facts = await waveFacts(witnesses, [], options);
  const turns = inTurns(description, nodes, options.order).map((turn) => decideWaves(facts, turn, options.maxParallelNodes));
  return { plan: withWaves(plan, turns.flat()), findings: waveFindings(facts, turns, options) };
}

/** Whether the roles of the node have to leave it: before its updates, or when its stack stops for a restart. */
const leavesCluster = ({ action, drain, restart }: Plan['nodes'][number]) => action === 'update' && (drain || restart === 'expected');

/** The moves of roles that the plan would cause in that mode, as the cluster itself predicts them. */
export async function predictMoves({ witnesses }: Acquaintance, plan: Plan, { placement, failback }: MoveMode): Promise<readonly PredictedNodeMoves[]> {
  const order = plan.nodes.filter(leavesCluster).map((node) => node.node);
  return witnesses.ask({
    summary: `predict the moves of roles (placement ${placement}, failback ${failback})`,
    not: null,
    timeoutMs: thinkingMs,
    ask: (activities, target) => activities.predictMoves({ ...target, order, mode: { placement, failback } }),
  });
}

/** That the moves could not be predicted: they are for people, and no node waits for them. */
export function unforeseen({ message, remedy }: Failure): Finding {
  return { id: 'plan.moves', severity: 'note', message: `The moves of roles could not be predicted: ${message}`, remedy, skipped: false };
}

/**
 * How often roles would move in each mode, and how often at least.
 * @param chosen the mode of the preview, whose moves are predicted already
 */
export async function compareModes(
  met: Acquaintance,
  plan: Plan,
  chosen: { readonly mode: MoveMode; readonly moves: Promise<readonly PredictedNodeMoves[]> },
): Promise<ModeForecast[]> {
  const { witnesses, description } = met;
  const thinking = { not: null, timeoutMs: thinkingMs };
  const [candidates, returns, ...predicted] = await Promise.all([
    witnesses.ask({ ...thinking, summary: 'which nodes could keep each role serving?', ask: (activities, target) => activities.findCandidates(target) }),
    witnesses.ask({ ...thinking, summary: 'which roles go home by themselves?', ask: (activities, target) => activities.findReturns(target) }),
    ...moveModes.map((mode) => (isSameMode(mode, chosen.mode) ? chosen.moves : predictMoves(met, plan, mode))),
  ]);
  const order = plan.nodes.filter(leavesCluster).map((node) => node.node);
  const bound = { order, roles: placementOf(description), candidates, returns };
  return moveModes.map((mode, index) => forecastOf(mode, predicted[index] ?? [], bound));
}
