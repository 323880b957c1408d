import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFailure, errorCodes, type ErrorCode, type Failure } from '../../domain/errors.js';
import { decideAfterFailure, endsRun, type FailedStep } from '../../domain/retries.js';

const failed = (code: ErrorCode, changes: Partial<FailedStep> = {}, facts?: Failure['facts']): FailedStep => ({
  failure: createFailure(code, 'It failed.', facts === undefined ? {} : { facts }),
  retries: 0,
  maxRetries: 3,
  hold: 'held',
  isStopAsked: false,
  ...changes,
});

describe('a step that failed', () => {
  it.each(['InstallFailed', 'PackagesBroken', 'ScanFailed', 'StageFailed', 'LockHeld', 'ClusterToolFailed', 'NodeUnreachable'] as const)(
    'with %s is tried again, each time after a longer pause, as often as allowed',
    (code) => {
      expect([0, 1, 2, 3].map((retries) => decideAfterFailure(failed(code, { retries })))).toEqual([
        { kind: 'retry', pauseMs: 1000 },
        { kind: 'retry', pauseMs: 2000 },
        { kind: 'retry', pauseMs: 4000 },
        { kind: 'resume' },
      ]);
    },
  );

  it('is not tried again when retries are not wanted, or the run asked the node to end', () => {
    expect(decideAfterFailure(failed('InstallFailed', { maxRetries: 0 }))).toEqual({ kind: 'resume' });
    expect(decideAfterFailure(failed('InstallFailed', { isStopAsked: true }))).toEqual({ kind: 'resume' });
  });

  it.each(['DrainFailed', 'QuorumAtRisk', 'GateFailed', 'RejoinTimeout'] as const)('with %s had its own deadline, which is not begun anew', (code) => {
    expect(decideAfterFailure(failed(code))).toEqual({ kind: 'resume' });
  });

  it.each(['HoldBroken', 'RefusedByOperator', 'RefusedByNode', 'RoleNotManaged', 'NotConverging', 'Stopped'] as const)(
    'with %s was decided by somebody, and that is final',
    (code) => {
      expect(decideAfterFailure(failed(code))).toEqual({ kind: 'resume' });
    },
  );

  it('for want of quorum lets the node back at once: its own vote may be the one that is missing', () => {
    expect(decideAfterFailure(failed('NoQuorumHere'))).toEqual({ kind: 'resume' });
  });

  it.each([
    ['whose role could not be stopped', failed('DrainFailed', {}, { blocked: 'web-srv' })],
    ['that did not come back', failed('RestartTimeout')],
    ['on which a service runs behind the back of the cluster', failed('UnexpectedService')],
    ['whose packages are still being installed', failed('InstallFailed', {}, { stillRunning: true })],
  ])('keeps a node in maintenance mode %s', (_title, step) => {
    expect(decideAfterFailure(step)).toEqual({ kind: 'keep' });
  });

  it.each(['none', 'released'] as const)('undoes nothing on a node whose hold is %s', (hold) => {
    expect(decideAfterFailure(failed('RestartTimeout', { hold }))).toEqual({ kind: 'leave' });
  });

  it('comes to an end, whatever fails how often', () => {
    fc.assert(
      fc.property(fc.constantFrom(...errorCodes), fc.nat({ max: 64 }), fc.nat({ max: 64 }), (code, retries, maxRetries) => {
        const next = decideAfterFailure(failed(code, { retries, maxRetries }));
        expect(next.kind !== 'retry' || (retries < maxRetries && next.pauseMs <= 30_000)).toBe(true);
      }),
    );
  });
});

describe('a run', () => {
  it('begins no other node when quorum or replicas are not what they were: that one would take away what is left', () => {
    expect(errorCodes.filter((code) => endsRun(createFailure(code, 'It failed.')))).toEqual(['QuorumAtRisk', 'NoQuorumHere', 'GateFailed']);
  });
});
