/** An Updating Run: one pass over one cluster. The order of its phases, and its report. */
import { CancellationScope } from '@temporalio/workflow';
import { failureBudget } from '../domain/budget.js';
import { CauError, type Failure } from '../domain/errors.js';
import type { RunReference } from '../domain/names.js';
import { effectiveOptions, type EffectiveOptions } from '../domain/options.js';
import { decideRunOutcome } from '../domain/outcomes.js';
import { mergeMeasurements } from '../domain/probes.js';
import { quorumMargin } from '../domain/quorum.js';
import { findBlocker } from '../domain/readiness/readiness.js';
import type { Report } from '../domain/report.js';
import { parseInput, runRequestSchema, type RunRequest } from '../domain/requests.js';
import type { ClusterDescription } from '../domain/cluster.js';
import type { ScanResult } from '../domain/ports/update-plugin.js';
import { asWorkflow, fail, failureFrom } from './failures.js';
import { takeGuard, type HeldGuard } from './guard-holding.js';
import { listenToCommands } from './run-commands.js';
import { updateNodes } from './run-nodes.js';
import { RunState } from './run-state.js';
import { checkCluster, meetCluster, planUpdates } from './survey.js';
import { coordinator, longStep, quickStep } from './workers.js';

/**
 * Updates the nodes of a cluster one after another. Fails with one of the closed list of errors when nothing was
 * touched; otherwise its result is the report, however the run ended.
 */
export async function updatingRun(input: unknown): Promise<Report> {
  return asWorkflow(async () => {
    const request = parseInput(runRequestSchema, input, 'updatingRun');
    const state = new RunState(request, effectiveOptions({}, request.options ?? {}));
    listenToCommands(state);
    return CancellationScope.nonCancellable(async () => {
      state.options = await resolveOptions(request);
      const guard = await takeGuard(state);
      try {
        return await runGuarded(state, guard);
      } finally {
        await guard.end();
      }
    });
  });
}

async function runGuarded(state: RunState, guard: HeldGuard): Promise<Report> {
  state.enter('checking');
  const { request } = state;
  const options = state.options.values;
  const met = await meetCluster(request.cluster);
  const { description } = met;
  const nodes = request.nodes ?? description.nodes.map((node) => node.name);
  state.witnesses = met.witnesses;
  state.see(description);
  state.findings = await checkCluster(met, nodes, options);
  refuseIfBlocked(state);
  await guard.tellNodes(met.witnesses.members);
  await takeLease(state, description);

  state.enter('scanning');
  const { plan, findings, scans } = await planUpdates(met, nodes, options);
  state.findings = [...state.findings, ...findings];
  refuseIfBlocked(state);
  state.plan = plan;
  const budget = failureBudget(options.maxFailedNodes, description.nodes.length, quorumMargin(description));

  state.enter('staging');
  await stageAll(state, scans);
  state.enter('updating');
  await updateNodes(state, guard, scans, budget);

  state.enter('finishing');
  const report = createReport(state);
  await archive(state, report);
  state.end(report.outcome);
  return report;
}

async function resolveOptions(request: RunRequest): Promise<EffectiveOptions> {
  if (request.profile === undefined) return effectiveOptions({}, request.options ?? {});
  const profile = await coordinator(`profile ${request.profile}`).resolveProfile({ name: request.profile });
  return effectiveOptions(profile.options, request.options ?? {});
}

function refuseIfBlocked(state: RunState): void {
  const blocker = findBlocker(state.findings);
  if (blocker !== null) fail(blocker);
}

/**
 * Takes the lease in the cluster itself, which also excludes runs of another Temporal service. A lease or hold whose run
 * is closed for certain is cleaned up first; a node that such a run kept on purpose stays kept.
 */
async function takeLease(state: RunState, description: ClusterDescription): Promise<void> {
  const { witnesses, run } = state;
  const holders = [description.lease, ...description.nodes.map((node) => node.hold?.run ?? null)].filter((holder) => holder !== null);
  const foreign = holders.filter((holder) => holder.firstExecutionRunId !== run.firstExecutionRunId);
  if (foreign.length > 0) await cleanUpAfter(state, description, foreign);
  await witnesses.ask({ summary: 'take the lease in the cluster', not: null, ask: (activities, target) => activities.takeLease({ ...target, run }) });
}

async function cleanUpAfter(state: RunState, description: ClusterDescription, foreign: readonly RunReference[]): Promise<void> {
  const closed = await coordinator('are the runs closed that left something?').findClosedRuns({ runs: [...foreign] });
  const open = foreign.find((holder) => !closed.some((run) => run.firstExecutionRunId === holder.firstExecutionRunId));
  if (open !== undefined) {
    throw new CauError('ClusterBusy', `Cluster ${description.cluster} is held by run ${open.workflowId}, which Temporal does not say is over.`, {
      where: open.workflowId,
      facts: { holder: open.workflowId },
    });
  }
  for (const node of description.nodes) {
    const hold = node.hold;
    if (hold === null || hold.kept !== null || hold.run.firstExecutionRunId === state.run.firstExecutionRunId) continue;
    await state.witnesses.ask({
      summary: `release ${node.name}, left by ${hold.run.workflowId}`,
      not: null,
      ask: (activities, target) => activities.releaseNode({ ...target, held: node.name, run: hold.run }),
    });
  }
  const lease = description.lease;
  if (lease !== null && lease.firstExecutionRunId !== state.run.firstExecutionRunId) {
    await state.witnesses.ask({
      summary: `drop the lease left by ${lease.workflowId}`,
      not: null,
      ask: (activities, target) => activities.dropLease({ ...target, run: lease }),
    });
  }
}

/** Fetches everything before the first node is touched: a mirror that fails later then disturbs nothing. */
async function stageAll(state: RunState, scans: ReadonlyMap<string, ScanResult>): Promise<void> {
  const { cluster } = state.request;
  const working = state.plan?.nodes.filter((node) => node.action === 'update' && node.updates > 0) ?? [];
  await Promise.all(
    working.map(({ node }) =>
      longStep(cluster, node, `stage the updates of ${node}`).stageUpdates({ cluster, node, updates: [...(scans.get(node)?.updates ?? [])] }),
    ),
  );
}

function createReport(state: RunState): Report {
  const { request, run, reports } = state;
  const measured = mergeMeasurements(state.measurements);
  const failed = reports.find((node) => node.failure !== null && node.outcome !== 'Canceled' && node.outcome !== 'Skipped');
  const failure: Failure | null = failed?.failure ?? null;
  state.failure = failure;
  return {
    version: 1,
    cluster: request.cluster,
    run,
    requestedBy: request.requestedBy ?? 'unknown',
    reason: request.reason ?? null,
    outcome: decideRunOutcome(state.outcomes()),
    failure,
    startedAt: state.startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    options: state.options,
    driver: state.driver,
    software: [...state.software],
    readiness: state.findings,
    nodes: reports,
    roles: state.roles().map(({ role, kind }) => ({ role, kind, moves: state.movesOf(role), measured: measured.find((one) => one.role === role) ?? null })),
    commands: state.answers,
  };
}

/** On every node that can be reached; a copy that could not be stored does not change how the run ended. */
async function archive(state: RunState, report: Report): Promise<void> {
  const { cluster } = state.request;
  const plain = JSON.parse(JSON.stringify(report));
  await Promise.all(
    state.witnesses.members.map((node) =>
      quickStep(cluster, node, `archive the report on ${node}`)
        .archiveReport.executeWithOptions({ scheduleToStartTimeout: '5s', startToCloseTimeout: '5s', scheduleToCloseTimeout: '10s' }, [
          { cluster, node, run: state.run, report: plain },
        ])
        .catch((error: unknown) => {
          failureFrom(error);
        }),
    ),
  );
}
