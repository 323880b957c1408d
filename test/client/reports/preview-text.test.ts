import { describe, expect, it } from 'vitest';
import { renderPreview } from '../../../client/reports/preview-text.js';
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
});
