import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../client/reports/report-text.js';
import { createFailure } from '../../../domain/errors.js';
import { untouchedNode, type NodeReport } from '../../../domain/report.js';
import { exampleReport } from '../../domain/example-report.js';

const at = '2026-01-01T00:00:00.000Z';
const failure = createFailure('InstallFailed', 'node1: app 1.1: its script failed.', { where: 'app' });
const attempt = (code: 'InstallFailed' | 'LockHeld', message: string) => ({ step: 'installing', at, code, message });
const render = (node: Partial<NodeReport>) => renderReport(exampleReport({ nodes: [{ ...untouchedNode('node1', 'Succeeded', null), ...node }] }), false);

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
