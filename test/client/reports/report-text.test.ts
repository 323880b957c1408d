import { describe, expect, it } from 'vitest';
import { renderReportsHtml } from '../../../client/reports/report-html.js';
import { renderReport } from '../../../client/reports/report-text.js';
import { createFailure } from '../../../domain/errors.js';
import { fitText } from '../../../domain/payload-size.js';
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

  it('tells a failure once also when its attempt had to be cut short', () => {
    const long = createFailure('HookFailed', `The script failed: ${'x'.repeat(300)}`);
    const text = render({
      outcome: 'Failed',
      failure: long,
      attempts: [{ step: 'preUpdateScript', at, code: 'HookFailed', message: fitText(long.message, 120) }],
    });
    expect(text.match(/The script failed/g)).toHaveLength(1);
  });

  it('tells how each script ended, and of one that failed what it wrote', () => {
    const text = render({
      hooks: [
        { phase: 'preUpdate', script: 'quiesce', ended: 'exited', exitCode: 0, ms: 400, output: 'all is well' },
        { phase: 'postUpdate', script: 'unquiesce', ended: 'timedOut', exitCode: null, ms: 20_000, output: 'asking\nwaiting' },
      ],
    });
    expect(text).toContain('  node1 preUpdate quiesce: exit code 0 after 0.4 s\n');
    expect(text).toContain('  node1 postUpdate unquiesce: ended at its timeout after 20 s\n    asking\n    waiting');
    expect(text).not.toContain('all is well');
  });

  it('tells of every command who gave it, why, and what the run answered, as does the web page', () => {
    const pause = { command: 'pause', requestId: '1', by: 'me', at };
    const report = exampleReport({
      commands: [
        { ...pause, reason: 'lunch', accepted: true, answer: 'no further node is begun' },
        { ...pause, reason: null, accepted: false, answer: 'already paused by me' },
      ],
    });
    for (const text of [renderReport(report, false), renderReportsHtml([report])]) {
      expect(text).toContain(`${at} pause by me (lunch): no further node is begun`);
      expect(text).toContain(`${at} pause by me: refused, already paused by me`);
    }
  });
});
