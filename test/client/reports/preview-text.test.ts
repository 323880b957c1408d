import { describe, expect, it } from 'vitest';
import { renderPreview } from '../../../client/reports/preview-text.js';
import { moveModes } from '../../../domain/move-modes.js';
import { decidePlan } from '../../../domain/plan.js';
import { effectiveOptions, type RunOptions } from '../../../domain/options.js';
import type { Preview } from '../../../domain/preview.js';
import { exampleCluster, exampleNode, withNodes } from '../../domain/example-cluster.js';

const cluster = withNodes(exampleCluster(), exampleNode('node1', { site: 'north' }), exampleNode('node3', { site: 'south' }));

function previewOf(order: RunOptions['order']): Preview {
  const options = effectiveOptions({}, { order });
  const scanned = ['node1', 'node3'].map((node) => ({ node, updates: [], restartNeeded: true, repairNeeded: false, keptBack: [] }));
  const plan = decidePlan(cluster, scanned, [{ node: 'node2', reason: 'offline' }], options.values);
  const { driver, software } = cluster;
  return { version: 1, cluster: 'example', at: '', driver, software, options, readiness: [], blocked: null, failureBudget: 1, roles: [], plan, window: null };
}

describe('the preview for eyes', () => {
  it('shows the site of each node where sites are taken one after another, and no such column otherwise', () => {
    const bySite = renderPreview(previewOf('bySite'), false);
    expect(bySite).toMatch(/node +site +updates +security/);
    expect(bySite).toMatch(/1\. +node3 +south +0 +0/);
    expect(bySite).toMatch(/2\. +node1 +north +0 +0/);
    expect(bySite).toMatch(/node2 +skipped\b[\s\S]*\nnode2 is skipped: offline\n/);
    expect(renderPreview(previewOf('fewestRoles'), false)).toMatch(/node +updates +security/);
  });

  it('compares the modes of moving roles side by side, the mode of this preview marked; and says nothing where that could not be told', () => {
    const preview = { ...previewOf('fewestRoles'), options: effectiveOptions({}, { placement: 'fewestMoves', failback: 'end' }) };
    const modes = moveModes.map((mode, index) => ({ ...mode, moves: 10 + index, interruptions: 20 + index, leastMoves: index }));
    const lines = renderPreview({ ...preview, modes }, false).split('\n');
    const first = lines.findIndex((line) => line.startsWith('How often roles would move'));
    expect(lines.slice(first, first + 7).map((line) => line.trimEnd().replaceAll(/ +/g, ' '))).toEqual([
      'How often roles would move, and at least must in this order of nodes:',
      ' placement failback moves interruptions moves at least',
      ' cluster immediate 10 20 0',
      ' cluster end 11 21 1',
      ' cluster cluster 12 22 2',
      '> fewestMoves end 13 23 3',
      ' fewestMoves cluster 14 24 4',
    ]);
    const columns = (line = '') => [...line.matchAll(/\S+( \S+)*/g)].map(({ index }) => index);
    expect(columns(lines[first + 2])).toEqual(columns(lines[first + 1]));
    expect(renderPreview(preview, false)).not.toContain('How often roles would move');
  });
});
