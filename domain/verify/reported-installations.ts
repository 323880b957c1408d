/** A node's report against its package log. */
import { isStillRunning } from '../endless-installation.js';
import { isHookStep } from '../hooks.js';
import type { Installation } from '../records.js';
import type { NodeReport } from '../report.js';
import { shift } from './cluster-history.js';
import { installationsIn } from './done-once.js';
import type { NodeEvidence } from '../evidence.js';

/** Clocks of coordinator and node are compared with at least this much patience. */
export const patienceMs = 1000;

/**
 * Whatever the report says was installed is in the log, and whatever the log has of the run's installations is in the report:
 * what an administrator or a script of his installs meanwhile is not the run's. An
 * operation that was interrupted left no result: what it got done is only in the log, and the report says that it was cut.
 */
export function installationsAsReported(reported: NodeReport, recorded: NodeEvidence, skewMs: number): string[] {
  const { startedAt, endedAt } = reported;
  if (startedAt === null || endedAt === null) return [];
  const margin = skewMs + patienceMs;
  const logged = installationsIn(recorded, shift(startedAt, -margin), shift(endedAt, margin));
  const finished = logged.filter(({ isFinished }) => isFinished);
  const said = reported.updates.filter(({ outcome }) => outcome === 'succeeded');
  const isLogged = (update: { name: string; to: string }) => finished.some((one) => one.name === update.name && one.to === update.to);
  const isSaid = (one: Installation) => said.some((update) => update.name === one.name && update.to === one.to);
  const invented = recorded.installations.gap === null ? said.filter((update) => !isLogged(update)) : [];
  const silent = reported.updatesCut === 0 && !isGoingOn(reported) ? finished.filter((one) => !isSaid(one) && isOfRun(one, recorded)) : [];
  return [
    ...invented.map(({ name, to }) => `the report has ${name} ${to} installed on ${reported.node}, and its package log does not`),
    ...silent.map(({ name, to, at }) => `the package log of ${reported.node} has ${name} ${to} installed at ${at}, and the report does not`),
    ...tooMany(reported, recorded, finished),
    ...halfDone(reported, logged),
  ];
}

/** What it gets done after its time the report cannot have. */
const isGoingOn = ({ failure }: NodeReport) => failure !== null && isStillRunning(failure);

/** Where the list was cut, the number is all there is. */
function tooMany(reported: NodeReport, recorded: NodeEvidence, finished: readonly Installation[]): string[] {
  if (reported.updatesCut === 0 || recorded.installations.gap !== null || isGoingOn(reported)) return [];
  const counted = finished.filter((one) => isOfRun(one, recorded)).length;
  return counted === reported.installed ? [] : [`the report counts ${reported.installed} installations on ${reported.node}, its package log ${counted}`];
}

function halfDone({ node, outcome }: NodeReport, logged: readonly Installation[]): string[] {
  if (outcome !== 'Succeeded') return [];
  const left = logged.filter((one) => !one.isFinished && !logged.some((other) => other.name === one.name && other.isFinished && other.at >= one.at));
  return left.map(({ name, to, at }) => `the report has ${node} Succeeded, and its package log has ${name} ${to} begun at ${at} and never finished`);
}

/** After the start of an installation that left a result, and before that of anything else. */
function isOfRun({ at }: Installation, { ledger }: NodeEvidence): boolean {
  const last = ledger.records.findLast((entry) => entry.at <= latestMoment(at));
  return last !== undefined && last.step !== 'restart' && !isHookStep(last.step) && last.hasResult;
}

/** dpkg's log knows no parts of a second: it may have been any moment of that second. Logs that know them are taken at their word. */
function latestMoment(at: string): string {
  return at.endsWith('.000Z') ? shift(at, 999) : at;
}
