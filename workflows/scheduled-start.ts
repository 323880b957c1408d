/** A start by a schedule that is left out: it comes too late, in a blackout, or another run is at work. Nothing is touched, and nothing has failed. */
import { workflowInfo } from '@temporalio/workflow';
import type { Failure } from '../domain/errors.js';
import type { Report } from '../domain/report.js';
import { decideStart, skippedStart } from '../domain/scheduled-start.js';
import { createReport } from './run-report.js';
import type { RunState } from './run-state.js';

/**
 * Why a schedule's start comes too late to begin now; null when it may. What counts is when a coordinator takes it up, not when Temporal
 * started it: that may have been in the night, with no coordinator there until the morning.
 */
export function reasonNotToStart({ scheduled, request }: RunState): string | null {
  const { runId, firstExecutionRunId } = workflowInfo();
  // A reset is an operator's wish to do it again.
  if (scheduled === null || runId !== firstExecutionRunId) return null;
  const verdict = decideStart(scheduled, request.catchupWindow, Date.now());
  return verdict.state === 'begin' ? null : verdict.reason;
}

/** Why a schedule's start ends without a failure although it was refused; null for every other one. */
export function reasonToSkip({ scheduled, begunNodes }: RunState, failure: Failure): string | null {
  const mayPass = failure.code === 'ClusterBusy' || failure.code === 'Blackout';
  return scheduled !== null && begunNodes === 0 && mayPass ? failure.message : null;
}

/** Ends the run as skipped, with the reason on every screen and in its report. */
export function skipStart(state: RunState, reason: string): Report {
  state.findings = [...state.findings, skippedStart(reason)];
  const report = createReport(state);
  state.end(report.outcome);
  return report;
}
