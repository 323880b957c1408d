import { describe, expect, it } from 'vitest';
import { renderRecovery } from '../../../client/reports/recovery-text.js';
import type { Recovery } from '../../../domain/recovery.js';
import { exampleRun } from '../../domain/example-cluster.js';

const recovery = (left: Partial<Recovery['left']>, changes: Partial<Recovery> = {}): Recovery => ({
  version: 1,
  cluster: 'example',
  at: '2026-01-01T00:00:00.000Z',
  requestedBy: 'a test',
  reason: null,
  applied: false,
  did: [],
  left: { workflows: [], holds: [], lease: null, operatorNodes: [], ...left },
  refused: null,
  ...changes,
});

describe('what is left, for eyes,', () => {
  it('names what is held by whom, when that ends by itself, and the command that ends it now', () => {
    const wait = {
      act: 'wait',
      because: `Temporal knows no run ${exampleRun.workflowId}`,
      since: '2026-01-01T00:00:00Z',
      until: '2026-01-01T00:30:00Z',
    } as const;
    const text = renderRecovery(
      recovery({
        holds: [
          { node: 'node1', run: exampleRun, state: 'unknown', kept: null, outlook: wait },
          { node: 'node2', run: exampleRun, state: 'unknown', kept: 'its disk is broken', outlook: null },
        ],
        operatorNodes: ['node3'],
      }),
      false,
    );
    expect(text.split('\n')).toEqual([
      'Cluster example',
      `node1: held by run ${exampleRun.workflowId}, which is unknown to Temporal`,
      `  ends by itself at 2026-01-01T00:30:00Z: Temporal knows no run ${exampleRun.workflowId}`,
      `node2: kept in maintenance mode by run ${exampleRun.workflowId}, which is unknown to Temporal: its disk is broken`,
      '  when it is well again: cau recover example --apply --node node2',
      'node3: in standby or maintenance by the wish of an operator, which is his affair',
      '',
      'To clear what is left of runs that are over: cau recover example --apply',
    ]);
  });

  it('names a run that is stuck, and the command that ends it', () => {
    const run = {
      what: 'run',
      workflowId: 'r',
      runId: 'x',
      since: '2026-01-01T00:00:00Z',
      run: exampleRun,
      problem: 'its workflow task fails, attempt 9',
    } as const;
    const text = renderRecovery(recovery({ workflows: [run] }), false);
    expect(text).toContain('run: r since 2026-01-01T00:00:00Z, stuck: its workflow task fails, attempt 9');
    expect(text).toContain('cau recover example --apply --end-run');
  });

  it('says what was done, and that nothing is left', () => {
    const text = renderRecovery(recovery({}, { applied: true, did: ['released node1, left by r'] }), false);
    expect(text).toBe('Cluster example\ndone: released node1, left by r\nNothing of any run is left.');
  });
});
