/** The events of a run, by number: those of CAU where there is one (1001 to 1023), ours from 2001. Their one list. */
import { z } from 'zod';
import { isBudgetReason } from './budget.js';
import type { Failure } from './errors.js';
import type { NodeReport, Report } from './report.js';
import { reasonOfSkip } from './scheduled-start.js';
import { countUpdates } from './updates.js';

type Level = 'information' | 'warning' | 'error';

const event = (number: number, level: Level, meaning: string) => ({ number, level, meaning }) as const;

/** Every event: its number, how grave it is, and what it means. A number never changes its meaning. */
export const eventCatalogue = {
  warnTimeExceeded: event(1001, 'warning', 'The run takes longer than it was to take (warnAfter).'),
  stopTimeExceeded: event(1002, 'warning', 'The run has taken all the time it was given (stopAfter): no further node is begun.'),
  runStarted: event(1003, 'information', 'The run started.'),
  runSucceeded: event(1004, 'information', 'The run succeeded, or found nothing to update.'),
  runCanceled: event(1005, 'warning', 'The run was ended early: nodes that were not begun are canceled.'),
  runPartiallyFailed: event(1006, 'warning', 'Some nodes failed, or somebody must look after one.'),
  runFailed: event(1007, 'error', 'The run failed.'),
  maintenanceEntered: event(1008, 'information', 'The node is drained: no role serves there.'),
  maintenanceLeft: event(1009, 'information', 'The node is out of maintenance mode.'),
  nodeRestarting: event(1010, 'information', 'The node was told to restart.'),
  nodeRestarted: event(1011, 'information', 'The node answers on a new boot.'),
  restartFailed: event(1012, 'error', 'The node did not restart, or did not come back.'),
  nodeFailed: event(1013, 'error', 'The update of the node failed.'),
  leftoversEnded: event(1014, 'warning', 'What an earlier run that is over had left was ended.'),
  clusterBusy: event(1015, 'error', 'The run was refused: another run is at work on the cluster.'),
  drainFailed: event(1016, 'error', 'The node did not enter maintenance mode.'),
  nodeKept: event(1017, 'warning', 'The node is kept in maintenance mode, for a reason.'),
  quorumAtRisk: event(1018, 'error', 'The node was not taken out: that would have cost the cluster its quorum, or a role its place.'),
  tooManyFailed: event(1019, 'error', 'More nodes failed than may (maxFailedNodes): no further node was begun.'),
  nodesOffline: event(1020, 'error', 'The run was refused: more nodes are offline than may be (requireAllNodesOnline, maxOfflineNodes).'),
  stopAsked: event(1021, 'warning', "Somebody asked the run to stop, or canceled it through Temporal; the run's answer is in its progress and its report."),
  reportNotSaved: event(1022, 'warning', 'The report could not be archived on a node.'),
  nodeBegun: event(2001, 'information', 'The update of the node began.'),
  nodeDone: event(2002, 'information', 'The update of the node is done.'),
  nodeLeftOut: event(2003, 'information', 'The node was not updated.'),
  updatesInstalled: event(2004, 'information', 'An installation ended.'),
  updatesFailed: event(2005, 'error', 'An installation ended, and some of its updates failed.'),
  installationInterrupted: event(2006, 'warning', 'An installation left no result; the node is repaired and planned anew.'),
  commandGiven: event(
    2007,
    'information',
    "Somebody asked the run to pause, to resume, to take something as approved, or to leave out a node; the run's answer is in its progress and its report.",
  ),
  maintenanceBegun: event(2008, 'information', 'The node was put into maintenance mode; its roles leave it.'),
  scriptEnded: event(2009, 'information', "The user's script before or after the update of the node succeeded."),
  scriptFailed: event(2010, 'error', "The user's script before or after the update of the node failed, or left no result."),
  gateFailed: event(2011, 'error', 'A condition that must hold before the run goes on did not hold in time.'),
  startSkipped: event(2012, 'warning', 'A start by a schedule was skipped: it came too late, in a blackout, or another run was at work on the cluster.'),
  approvalAwaited: event(2013, 'warning', 'The run waits for somebody to approve what comes next.'),
  targetFailing: event(2014, 'warning', 'A target of notifications does not take what it is told.'),
  stepFailed: event(2015, 'warning', "A step on the node failed; it may be tried again (in the node's journal only)."),
  trial: event(2016, 'information', 'A trial of "cau notify test": nothing happened.'),
} as const;

export type EventName = keyof typeof eventCatalogue;
const names = Object.keys(eventCatalogue) as [EventName, ...EventName[]];

/** One event of a run. */
export const runEventSchema = z.strictObject({
  /**
   * The same whenever it is told again: the first execution of the run, the place in a history that it comes from, and when that
   * was. A reset of the run copies both, so what was told before has the same id after it.
   */
  id: z.string(),
  number: z.number().int(),
  name: z.enum(names),
  level: z.enum(['information', 'warning', 'error']),
  at: z.iso.datetime(),
  cluster: z.string(),
  run: z.string(),
  node: z.string().nullable(),
  message: z.string(),
});
export type RunEvent = z.infer<typeof runEventSchema>;

/** What an event says, without when and of which run. */
export interface EventWords {
  readonly name: EventName;
  readonly node: string | null;
  readonly message: string;
}

/** What the end of a node's update comes to: first what went wrong in particular, last how it ended. */
export function eventsOfNode(report: NodeReport): EventWords[] {
  const { node, outcome, failure, kept } = report;
  const say = (name: EventName, message: string): EventWords => ({ name, node, message });
  const particular = failure === null ? undefined : particularEvents[failure.code];
  return [
    ...(particular === undefined || failure === null ? [] : [say(particular, failure.message)]),
    ...(kept === null ? [] : [say('nodeKept', kept)]),
    say(endOf(report), `${outcome}${explained(report)}`),
  ];
}

const particularEvents: Readonly<Partial<Record<Failure['code'], EventName>>> = {
  DrainFailed: 'drainFailed',
  RefusedByOperator: 'drainFailed',
  RoleNotManaged: 'drainFailed',
  RestartTimeout: 'restartFailed',
  RestartBlocked: 'restartFailed',
  RejoinTimeout: 'restartFailed',
  QuorumAtRisk: 'quorumAtRisk',
  GateFailed: 'gateFailed',
};

function endOf({ outcome }: NodeReport): EventName {
  if (outcome === 'Failed' || outcome === 'NeedsAttention') return 'nodeFailed';
  return outcome === 'Succeeded' || outcome === 'UpToDate' ? 'nodeDone' : 'nodeLeftOut';
}

function explained({ outcome, installed, restarts, failure, reason }: NodeReport): string {
  if (outcome !== 'Succeeded') return `${reason === null ? '' : `: ${reason}`}${failure === null || failure.message === reason ? '' : `: ${failure.message}`}`;
  return `: ${countUpdates(installed)}, ${restarts.length} ${restarts.length === 1 ? 'restart' : 'restarts'}`;
}

/** What the end of a run comes to: the nodes that were never begun, and how the run ended. */
export function eventsOfReport({ outcome, nodes, failure, readiness }: Report): EventWords[] {
  const skipped = reasonOfSkip(readiness);
  if (skipped !== null) return [{ name: 'startSkipped', node: null, message: `${outcome}: ${skipped}` }];
  const leftOut = nodes.filter(({ startedAt }) => startedAt === null).flatMap(eventsOfNode);
  const counted = nodes.map((node) => `${node.node} ${node.outcome}`).join(', ');
  const budget = nodes.find(({ outcome: ended, reason }) => ended === 'Canceled' && reason !== null && isBudgetReason(reason))?.reason;
  const tooMany: EventWords[] = typeof budget === 'string' ? [{ name: 'tooManyFailed', node: null, message: `${budget}: no further node was begun.` }] : [];
  return [
    ...tooMany,
    ...leftOut,
    { name: endsOfRun[outcome], node: null, message: `${outcome}: ${failure === null ? counted : `${failure.message} ${counted}`}` },
  ];
}

const endsOfRun: Readonly<Record<Report['outcome'], EventName>> = {
  Succeeded: 'runSucceeded',
  UpToDate: 'runSucceeded',
  Skipped: 'runSucceeded',
  Canceled: 'runCanceled',
  PartiallyFailed: 'runPartiallyFailed',
  NeedsAttention: 'runPartiallyFailed',
  Failed: 'runFailed',
};

/** What a run that touched nothing comes to. */
export function eventsOfFailure({ code, message, remedy, where }: Failure): EventWords[] {
  const name = code === 'ClusterBusy' ? 'clusterBusy' : code === 'NotReady' && where === 'nodes.online' ? 'nodesOffline' : 'runFailed';
  return [{ name, node: null, message: `${code}: ${message} ${remedy}` }];
}
