import { describe, expect, it } from 'vitest';
import { defaultOptions, type RunOptions } from '../../domain/options.js';
import { payloadBytes } from '../../domain/payload-size.js';
import { decidePlan, reasonToSkip, renderSkipReason } from '../../domain/plan.js';
import type { Update } from '../../domain/updates.js';
import { exampleCluster, exampleNode, heldNode, otherRun, withNodes } from './example-cluster.js';

const cluster = exampleCluster();
const update = (name: string, changes: Partial<Update> = {}): Update => ({
  name,
  plugin: 'apt',
  from: '1.0',
  to: '1.1',
  origin: 'example',
  security: false,
  sizeBytes: 1000,
  restart: 'notExpected',
  clusterStack: false,
  ...changes,
});

describe('the plan', () => {
  it('updates nodes with updates, a pending restart or a package data base to repair, and leaves the others alone', () => {
    const plan = decidePlan(
      cluster,
      [
        { node: 'node1', updates: [update('kernel', { restart: 'expected', security: true })], restartNeeded: false, repairNeeded: false, keptBack: [] },
        { node: 'node2', updates: [], restartNeeded: true, repairNeeded: false, keptBack: [] },
        { node: 'node3', updates: [], restartNeeded: false, repairNeeded: false, keptBack: [] },
        { node: 'node5', updates: [], restartNeeded: false, repairNeeded: true, keptBack: [] },
      ],
      [{ node: 'node4', reason: 'offline' }],
      defaultOptions,
    );
    expect(plan.nodes.map((node) => [node.node, node.action, node.restart])).toEqual([
      ['node5', 'update', 'notExpected'],
      ['node1', 'update', 'expected'],
      ['node2', 'update', 'expected'],
      ['node3', 'upToDate', 'notExpected'],
      ['node4', 'skip', 'notExpected'],
    ]);
    expect(plan.nodes[1]).toMatchObject({ updates: 1, security: 1, bytes: 1000 });
  });

  it('tells the site of each node where sites are taken one after another, and only there', () => {
    const placed = withNodes(cluster, exampleNode('node1', { site: 'north' }));
    const sites = (order: RunOptions['order']) =>
      decidePlan(
        placed,
        ['node1', 'node2'].map((node) => ({ node, updates: [], restartNeeded: true, repairNeeded: false, keptBack: [] })),
        [],
        { ...defaultOptions, order },
      ).nodes.map(({ site }) => site);
    expect(sites('bySite')).toEqual(['north', undefined]);
    expect(sites('fewestRoles')).toEqual([undefined, undefined]);
  });

  it('names what it cuts when there are thousands of updates', () => {
    const updates = Array.from({ length: 3000 }, (_, index) => update(`package-with-a-long-name-${index}`));
    const [node] = decidePlan(cluster, [{ node: 'node1', updates, restartNeeded: false, repairNeeded: false, keptBack: [] }], [], defaultOptions).nodes;
    expect(payloadBytes(node)).toBeLessThan(8 * 1024);
    expect((node?.list.length ?? 0) + (node?.cut ?? 0)).toBe(3000);
  });
});

describe('a node is left out', () => {
  it.each([
    ['when it is offline', exampleNode('node1', { online: false }), 'offline'],
    [
      'when an operator has it in standby, with the command that ends that and the option that includes it',
      exampleNode('node1', { standby: true, standbyBy: 'operator' }),
      'in standby by the wish of an operator; to have it updated, let him end that ("crm_standby -N node1 -D" on Pacemaker) or set includeStandby',
    ],
    [
      'when an operator has it in maintenance, with the command that ends that',
      exampleNode('node1', { maintenance: true }),
      'in maintenance by the wish of an operator; to have it updated, let him end that ("crm_attribute -N node1 -n maintenance -D" on Pacemaker)',
    ],
    [
      'when an earlier run kept it, with the reason and the command that lets go of it',
      heldNode('node1', otherRun, { hold: { run: otherRun, intact: true, kept: 'web could not be stopped', releaseAfter: '30m' } }),
      `kept in maintenance mode by run ${otherRun.workflowId}: web could not be stopped; when it is well again, let go of it ("cau recover example --apply --node node1")`,
    ],
    ['when it is a remote node', exampleNode('node1', { kind: 'remote' }), 'a remote node: it has no vote and no worker of its own'],
  ])('%s', (_title, node, reason) => {
    const found = reasonToSkip(withNodes(cluster, node), 'node1');
    expect(found === null ? null : renderSkipReason(found)).toBe(reason);
  });

  it('but not when a run holds it: that is for the guard to judge', () => {
    expect(reasonToSkip(withNodes(cluster, heldNode('node1', otherRun)), 'node1')).toBeNull();
  });
});
