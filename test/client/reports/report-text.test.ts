import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../client/reports/report-text.js';
import { createFailure } from '../../../domain/errors.js';
import { effectiveOptions } from '../../../domain/options.js';
import { untouchedNode, type NodeReport, type Report } from '../../../domain/report.js';

const at = '2026-01-01T00:00:00.000Z';
const failure = createFailure('InstallFailed', 'node1: app 1.1: its script failed.', { where: 'app' });
const attempt = (code: 'InstallFailed' | 'LockHeld', message: string) => ({ step: 'installing', at, code, message });
const render = (node: Partial<NodeReport>) => {
  const report: Report = {
    version: 1,
    cluster: 'example',
    run: { workflowId: 'run', firstExecutionRunId: '0d3b5a52-3c2e-4d0a-9c5e-6f3f9b2f4a01' },
    requestedBy: 'a test',
    reason: null,
    outcome: 'Succeeded',
    failure: null,
    startedAt: at,
    endedAt: at,
    options: effectiveOptions({}, {}),
    driver: 'simulated',
    software: [],
    readiness: [],
    nodes: [{ ...untouchedNode('node1', 'Succeeded', null), ...node }],
    roles: [],
    commands: [],
  };
  return renderReport(report, false);
};

describe('the report for eyes', () => {
  it('tells of every failure that a retry got over, with its step', () => {
    expect(render({ attempts: [attempt('LockHeld', 'apt holds the lock.')] })).toContain(
      `node1 failed while installing at ${at}: LockHeld: apt holds the lock.`,
    );
  });

  it('tells the failure that ended the node once, and those before it that were others', () => {
    const text = render({ outcome: 'Failed', failure, attempts: [attempt('LockHeld', 'apt holds the lock.'), attempt('InstallFailed', failure.message)] });
    expect(text.match(/its script failed/g)).toHaveLength(1);
    expect(text).toContain('LockHeld: apt holds the lock.');
  });
});
