/** What the exit code of `cau` means; `docs/cli.md` has the same table. */
import type { ErrorCode } from '../domain/errors.js';
import type { VerificationState } from '../domain/verify/verify-run.js';
import type { RunOutcome } from '../domain/outcomes.js';

/** The exit code of a run by its outcome. */
export const outcomeExitCodes: Readonly<Record<RunOutcome, number>> = {
  Succeeded: 0,
  UpToDate: 0,
  PartiallyFailed: 10,
  Failed: 11,
  Canceled: 12,
  NeedsAttention: 13,
  Skipped: 14,
};

/** The exit code of a verification. */
export const verificationExitCodes: Readonly<Record<VerificationState, number>> = { holds: 0, broken: 20, cannotTell: 21 };

/** Failures with a code of their own; every other one is 1. */
const failureExitCodes: Partial<Record<ErrorCode, number>> = {
  InvalidInput: 2,
  ConfigurationInvalid: 2,
  RunNotFound: 2,
  ScheduleNotFound: 2,
  TemporalUnavailable: 3,
  TemporalUnsuitable: 3,
  TemporalNotFound: 3,
  PortBusy: 3,
  ClusterBusy: 4,
  NotReady: 5,
  ClusterUnknown: 6,
  Stopped: 12,
};

/** Wrong use of the command line. */
export const usageExitCode = 2;

/** The command was understood and the run refused it. */
export const refusedExitCode = 7;

/** Something of a run that is over is left on the cluster. */
export const leftExitCode = 8;

/** The exit code of a failure. */
export function exitCodeOf(code: ErrorCode): number {
  return failureExitCodes[code] ?? 1;
}
