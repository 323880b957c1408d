/** A preview: readiness, plan and predicted moves of a run, changing nothing and excluding nobody. */
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { failureBudget } from '../domain/budget.js';
import { clusterBusy } from '../domain/cluster-busy.js';
import type { ClusterDescription } from '../domain/cluster.js';
import type { Failure } from '../domain/errors.js';
import type { ModeForecast } from '../domain/move-modes.js';
import type { RunOptions } from '../domain/options.js';
import { placementOf } from '../domain/placement.js';
import { reasonToSkip, withMoves, type Plan } from '../domain/plan.js';
import type { PredictedNodeMoves } from '../domain/ports/cluster-driver.js';
import type { Preview } from '../domain/preview.js';
import { quorumMargin } from '../domain/quorum.js';
import { findBlocker } from '../domain/readiness/readiness.js';
import type { Finding } from '../domain/report.js';
import { runRequestSchema } from '../domain/requests.js';
import { parseInput } from '../domain/parse-input.js';
import { asWorkflow, failureFrom } from './failures.js';
import { resolveOptions } from './profile.js';
import {
  checkCluster,
  compareModes,
  findingsFrom,
  meetCluster,
  planFrom,
  planWaves,
  predictMoves,
  scanNodes,
  unforeseen,
  type Acquaintance,
  type Scans,
} from './survey.js';
import { detailsBoard } from './waiting.js';
import { previewWindow, recallNodeTimes, settleWindow } from './window.js';
import { coordinator } from './workers.js';
import { clusterKey } from './messages.js';

/** Somebody waits for the answer: a worker that is starting anew is given less time than by a run. */
const answersWithinMs = 10_000;

/** Says what an Updating Run with the same request would do now. */
export async function preview(input: unknown): Promise<Preview> {
  return asWorkflow(async () => {
    const request = parseInput(runRequestSchema, input, 'preview');
    upsertSearchAttributes([{ key: clusterKey, value: request.cluster }]);
    setCurrentDetails(`Previews an Updating Run of cluster **${request.cluster}**; nothing is changed.`);
    const { options, findings: ofProfile, ...profile } = await resolveOptions(request);
    const window = await settleWindow(options.values);
    const guarding = findHolder(request.cluster);
    const met = await meetCluster(request.cluster);
    const { description } = met;
    const nodes = request.nodes ?? description.nodes.map((node) => node.name);
    const { findings: ofCluster, answering } = await checkCluster(met, nodes, options.values, answersWithinMs);
    const scans = await scanAnswering(met, nodes, answering, options.values);
    const { plan, findings, moves, modes } = await foresee(met, planFrom(met, scans, options.values), options.values);
    const nodeTimes = await recallNodeTimes(met.witnesses, window);
    const readiness = [...ofProfile, ...ofCluster, ...findingsFrom(scans, options.values), ...findings];
    return {
      version: 1,
      cluster: request.cluster,
      at: new Date().toISOString(),
      driver: description.driver,
      software: description.software,
      options,
      ...profile,
      readiness,
      blocked: (await guarding) ?? findBlocker(readiness),
      failureBudget: failureBudget(options.values.maxFailedNodes, description.nodes.length, quorumMargin(description)),
      roles: placementOf(description),
      window: window === null ? null : previewWindow(window, plan, nodeTimes),
      plan: withMoves(plan, moves),
      ...(modes === undefined ? {} : { modes }),
    };
  });
}

/** What a run would be refused with before anything else: another one is at work. Null also where nobody can tell. */
async function findHolder(cluster: string): Promise<Failure | null> {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const guard = await coordinator(`who guards cluster ${cluster}?`)
    .examineGuard({ cluster, run: { workflowId, firstExecutionRunId } })
    .catch((error: unknown) => void failureFrom(error));
  return guard?.kind === 'busy' ? clusterBusy(cluster, guard).failure : null;
}

/** Nobody waits for a node whose worker is not there: that is a finding, and what the node needs is not known. */
async function scanAnswering(met: Acquaintance, nodes: readonly string[], answering: readonly string[], options: RunOptions): Promise<Scans> {
  const scans = await scanNodes(
    met,
    nodes.filter((node) => answering.includes(node) || isLeftOut(met.description, node, options)),
    options,
    { board: detailsBoard(), isPatient: false },
  );
  const silent = nodes.filter((node) => !answering.includes(node) && !isLeftOut(met.description, node, options));
  return { ...scans, skipped: [...scans.skipped, ...silent.map((node) => ({ node, reason: 'its node worker does not answer' }))] };
}

const isLeftOut = (description: ClusterDescription, node: string, { includeStandby }: RunOptions) => reasonToSkip(description, node, includeStandby) !== null;

/** What only a member with quorum can tell. Where none is, readiness says so, and nobody is asked. */
interface Foreseen {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  readonly moves: readonly PredictedNodeMoves[];
  readonly modes?: ModeForecast[] | undefined;
}

async function foresee(met: Acquaintance, planned: Plan, options: RunOptions): Promise<Foreseen> {
  if (!met.description.witness.quorate) return { plan: planned, findings: [], moves: [] };
  const { plan, findings } = await planWaves(met, planned, options);
  const predicting = predictMoves(met, plan, options);
  const [moves, modes] = await Promise.all([
    predicting.catch((error: unknown) => unforeseen(failureFrom(error))),
    compareModes(met, plan, { mode: options, moves: predicting }).catch((error: unknown) => void failureFrom(error)),
  ]);
  return 'id' in moves ? { plan, findings: [...findings, moves], moves: [] } : { plan, findings, moves, modes };
}
