import { describe, expect, it } from 'vitest';
import { completeReport, type KnownReport } from '../../domain/known-report.js';
import { reportSchema, untouchedNode, type NodeReport } from '../../domain/report.js';
import { exampleReport } from './example-report.js';

const done: NodeReport = { ...untouchedNode('node1', 'Succeeded', null), startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:01:00.000Z' };
const startedAt = '2026-01-01T00:01:00.000Z';
const known: KnownReport = {
  report: exampleReport({ nodes: [done], failure: null, readiness: [] }),
  open: [{ node: 'node2', startedAt }],
  waiting: ['node3'],
};
const at = new Date('2026-01-01T00:05:00.000Z');
const outcomes = ({ nodes }: { readonly nodes: readonly NodeReport[] }) => nodes.map(({ node, outcome }) => `${node} ${outcome}`);

describe('what is known of a run that was terminated', () => {
  it('has what was done, what the node at work came to, and what was not begun, and says that it is not the run that tells it', () => {
    const ended = { ...done, node: 'node2', outcome: 'Canceled' as const };
    const report = completeReport(known, [ended], 'TERMINATED', at);
    expect(outcomes(report)).toEqual(['node1 Succeeded', 'node2 Canceled', 'node3 Canceled']);
    expect(report).toMatchObject({ outcome: 'Canceled', endedAt: at.toISOString(), failure: null });
    expect(report.nodes[2]?.reason).toBe('the run was ended (TERMINATED) before this node was begun');
    expect(report.readiness).toMatchObject([{ id: 'run.ended', severity: 'warning', message: expect.stringContaining('TERMINATED') }]);
    expect(reportSchema.safeParse(JSON.parse(JSON.stringify(report))).error).toBeUndefined();
  });

  it('says of a node whose workflow was terminated as well that nobody knows how it stands', () => {
    const report = completeReport(known, [], 'TERMINATED', at);
    expect(outcomes(report)).toEqual(['node1 Succeeded', 'node2 Failed', 'node3 Canceled']);
    expect(report.nodes[1]).toMatchObject({ startedAt, failure: { where: 'node2', message: expect.stringContaining('its workflow left no report') } });
    expect(report.failure).toEqual(report.nodes[1]?.failure);
    expect(report.outcome).toBe('PartiallyFailed');
  });
});
