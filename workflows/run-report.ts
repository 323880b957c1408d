/** The report of a run: made from its state, and kept on every node. */
import { createFailure, type Failure } from '../domain/errors.js';
import { newcomerFindings } from '../domain/newcomers.js';
import { targetFindings } from '../domain/notification.js';
import { decideRunOutcome } from '../domain/outcomes.js';
import type { KnownReport } from '../domain/known-report.js';
import { mergeMeasurements } from '../domain/probes.js';
import { untouchedNode, type Finding, type Report } from '../domain/report.js';
import { describeUneven } from '../domain/uniformity.js';
import { failureFrom } from './failures.js';
import type { RunState } from './run-state.js';
import type { Witnesses } from './witnesses.js';
import { quickStep } from './workers.js';

/** The report as it is now; the first failed node's failure is the run's, otherwise that of its end. */
export function createReport(state: RunState): Report {
  const { request, run, reports } = state;
  const measured = mergeMeasurements(state.measurements);
  const failed = reports.find((node) => node.failure !== null && node.outcome !== 'Canceled' && node.outcome !== 'Skipped');
  const endedBadly = state.lostAtEnd ?? unevenFailure(state);
  const failure = failed?.failure ?? endedBadly;
  return {
    version: 1,
    cluster: request.cluster,
    run,
    requestedBy: request.requestedBy ?? (state.scheduled === null ? 'unknown' : `schedule ${state.scheduled.schedule}`),
    reason: request.reason ?? null,
    outcome: decideRunOutcome(state.outcomes(), endedBadly !== null),
    failure,
    startedAt: state.startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    options: state.options,
    ...(state.profile === undefined ? {} : { profile: state.profile }),
    driver: state.driver,
    software: [...state.software],
    readiness: [
      ...state.findings,
      ...newcomerFindings(state.knownNodes, state.seenNodes),
      ...unevenFindings(state),
      ...targetFindings([...state.targetNews.values()]),
    ],
    nodes: reports,
    roles: state.roles().map(({ role, kind }) => ({ role, kind, moves: state.movesOf(role), measured: measured.find((one) => one.role === role) ?? null })),
    ...(state.failback.length === 0 ? {} : { failback: state.failback }),
    commands: state.answers,
  };
}

function unevenFailure({ uneven }: RunState): Failure | null {
  return uneven.length === 0 ? null : createFailure('NotUniform', `The nodes are not the same: ${describeUneven(uneven)}`, { where: 'requireUniform' });
}

/** Said as well where another failure is the first cause. */
function unevenFindings(state: RunState): Finding[] {
  const failure = unevenFailure(state);
  return failure === null ? [] : [{ id: 'nodes.uniform', severity: 'warning', message: failure.message, remedy: failure.remedy, skipped: false }];
}

/** What a report would say now, and which nodes are at work or still to come; null before there is a plan. */
export function knownReport(state: RunState): KnownReport | null {
  const { plan, reports } = state;
  if (plan === null) return null;
  const left = plan.nodes.filter(({ node }) => !reports.some((report) => report.node === node));
  const known = (action: 'skip' | 'upToDate', outcome: 'Skipped' | 'UpToDate') =>
    left.filter((node) => node.action === action).map(({ node, reason }) => untouchedNode(node, outcome, reason));
  const report = createReport(state);
  return {
    report: { ...report, nodes: [...report.nodes, ...known('skip', 'Skipped'), ...known('upToDate', 'UpToDate')] },
    open: state.atWork().filter(({ node }) => left.some((one) => one.node === node)),
    waiting: left.filter(({ node, action }) => action === 'update' && !state.isBegun(node)).map(({ node }) => node),
  };
}

/** Stores it on every node that can be reached; a copy that could not be stored does not change how the run ended. */
export async function archiveReport({ cluster, members }: Witnesses, report: Report): Promise<void> {
  const plain = JSON.parse(JSON.stringify(report));
  await Promise.all(
    members.map((node) =>
      quickStep(cluster, node, `archive the report on ${node}`)
        .archiveReport.executeWithOptions({ scheduleToStartTimeout: '5s', startToCloseTimeout: '5s', scheduleToCloseTimeout: '10s' }, [
          { cluster, node, run: report.run, report: plain },
        ])
        .catch((error: unknown) => {
          failureFrom(error);
        }),
    ),
  );
}
