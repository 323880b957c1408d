/** An Updating Run: one pass over one cluster. The order of its phases, and its report. */
import { CancellationScope, setHandler } from '@temporalio/workflow';
import { failureBudget } from '../domain/budget.js';
import { effectiveOptions } from '../domain/options.js';
import { withMoves, type Plan } from '../domain/plan.js';
import { quorumMargin } from '../domain/quorum.js';
import { findBlocker } from '../domain/readiness/readiness.js';
import type { Report } from '../domain/report.js';
import { runRequestSchema } from '../domain/requests.js';
import { parseInput } from '../domain/parse-input.js';
import { dropLease, takeLease } from './cluster-lease.js';
import { withAlarms } from './alarm.js';
import { findUneven } from '../domain/uniformity.js';
import { failBackAtEnd } from './failback.js';
import { asWorkflow, fail, failureFrom } from './failures.js';
import { takeGuard, type HeldGuard } from './guard-holding.js';
import { resolveOptions } from './profile.js';
import { notifyTargets } from './notify-targets.js';
import { knownQuery } from './messages.js';
import { listenToCommands } from './run-commands.js';
import { updateNodes } from './run-nodes.js';
import { archiveReport, createReport, knownReport } from './run-report.js';
import { RunState } from './run-state.js';
import { reasonNotToStart, reasonToSkip, skipStart } from './scheduled-start.js';
import { stageScan } from './staging.js';
import {
  checkCluster,
  findingsFrom,
  meetCluster,
  planFrom,
  planWaves,
  predictMoves,
  scanAgain,
  scanNodes,
  unforeseen,
  type Acquaintance,
  type Scans,
} from './survey.js';
import { timeLimits } from './time-limits.js';
import { recallNodeTimes, settleWindow } from './window.js';

/**
 * Updates the nodes of a cluster one after another. Fails with one of the closed list of errors when nothing was
 * touched; otherwise its result is the report, however the run ended.
 */
export async function updatingRun(input: unknown): Promise<Report> {
  return asWorkflow(async () => {
    const request = parseInput(runRequestSchema, input, 'updatingRun');
    // What a request gives may be in keeping only with its profile, which is not known yet.
    const state = new RunState(request, effectiveOptions({}, request.profile === undefined ? (request.options ?? {}) : {}));
    listenToCommands(state);
    setHandler(knownQuery, () => knownReport(state), { description: 'What a report would say now, once there is a plan.' });
    return CancellationScope.nonCancellable(async () => {
      const late = reasonNotToStart(state);
      if (late !== null) return skipStart(state, late);
      const resolved = await resolveOptions(request);
      state.options = resolved.options;
      if (resolved.profile !== undefined) state.profile = resolved.profile;
      state.findings = resolved.findings;
      await notifyTargets(state);
      try {
        state.window = await settleWindow(state.options.values);
        return await runExclusively(state);
      } catch (error) {
        const reason = reasonToSkip(state, failureFrom(error));
        if (reason === null) throw error;
        return skipStart(state, reason);
      }
    });
  });
}

async function runExclusively(state: RunState): Promise<Report> {
  const guard = await takeGuard(state);
  try {
    return await withAlarms(timeLimits(state), () => runGuarded(state, guard));
  } finally {
    // A guard that was taken away from its run cleans up nothing.
    if (await guard.lost()) await dropLease(state);
    await guard.end();
  }
}

async function runGuarded(state: RunState, guard: HeldGuard): Promise<Report> {
  state.enter('checking');
  const { request } = state;
  const options = state.options.values;
  const met = await meetCluster(request.cluster, state.waits);
  const { description } = met;
  const nodes = request.nodes ?? description.nodes.map((node) => node.name);
  state.witnesses = met.witnesses;
  state.see(description);
  // A scan changes nothing, so it need not wait for the verdict; what it throws counts only after it.
  state.nodeTimes = await recallNodeTimes(met.witnesses, state.window);
  const scanning = settle(scanNodes(met, nodes, options, { board: state.waits, isPatient: true }));
  const { findings: found } = await checkCluster(met, nodes, options);
  // The clock may have warned meanwhile.
  state.findings = [...state.findings, ...found];
  refuseIfBlocked(state);
  await guard.tellNodes(met.witnesses.members);
  await takeLease(state, description);

  state.enter('scanning');
  const scans = await scanning();
  state.findings = [...state.findings, ...findingsFrom(scans, options)];
  refuseIfBlocked(state);
  state.plan = planFrom(met, scans, options);
  const budget = failureBudget(options.maxFailedNodes, description.nodes.length, quorumMargin(description));

  state.enter('staging');
  const predicting = addMoves(state, met, state.plan);
  const staged = await stageAll(state, scans);
  const waves = await planWaves(met, planFrom(met, staged, options), options);
  state.findings = [...state.findings, ...waves.findings];
  state.plan = withMoves(waves.plan, state.predictedMoves);
  state.enter('updating');
  await updateNodes(state, guard, new Map(staged.found.map(({ node, scan }) => [node, scan])), budget);

  state.enter('finishing');
  await predicting;
  await failBackAtEnd(state);
  if (options.requireUniform) state.uneven = findUneven(await scanAgain(state.witnesses, nodes, options, state.waits));
  const report = createReport(state);
  state.failure = report.failure;
  await archiveReport(state.witnesses, report);
  state.end(report.outcome);
  return report;
}

function refuseIfBlocked(state: RunState): void {
  const blocker = findBlocker(state.findings);
  if (blocker !== null) fail(blocker);
}

/**
 * Adds to the plan the moves that it would cause. They are for people, so no node waits for them; the question is put
 * while none is held, and answered for the cluster as it was then.
 */
async function addMoves(state: RunState, met: Acquaintance, plan: Plan): Promise<void> {
  try {
    state.predictedMoves = await predictMoves(met, plan, state.options.values);
    state.plan = withMoves(state.plan ?? plan, state.predictedMoves);
  } catch (error) {
    state.findings = [...state.findings, unforeseen(failureFrom(error))];
  }
}

/** Fetches everything before the first node is touched: a mirror that fails later then disturbs nothing. */
async function stageAll(state: RunState, scans: Scans): Promise<Scans> {
  const { cluster } = state.request;
  const stage = async ({ node, scan }: Scans['found'][number]) => ({
    node,
    scan: await stageScan({ cluster, node, options: state.options.values }, scan, state.waits),
  });
  return { ...scans, found: await Promise.all(scans.found.map(stage)) };
}

/** Lets work go on unawaited: a failure is kept until its result is asked for. */
function settle<T>(work: Promise<T>): () => Promise<T> {
  const settled = work.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );
  return async () => (await settled)();
}
