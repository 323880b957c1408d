import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultOptions } from '../../domain/options.js';
import { payloadBytes } from '../../domain/payload-size.js';
import { decideOrder, decidePlan, reasonToSkip } from '../../domain/plan.js';
import type { Update } from '../../domain/updates.js';
import { exampleCluster, exampleNode, heldNode, otherRun, withNodes } from './example-cluster.js';

const cluster = exampleCluster();
const names = cluster.nodes.map((node) => node.name);
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

describe('the order of nodes', () => {
  it('puts nodes with a promoted copy last, so that it is promoted once, onto an updated node', () => {
    expect(decideOrder(cluster, names, 'fewestRoles').at(-1)).toBe('node2');
  });

  it('puts nodes with the fewest roles first', () => {
    expect(decideOrder(cluster, names, 'fewestRoles')[0]).toBe('node3');
  });

  it('keeps a given list and appends the others', () => {
    expect(decideOrder(cluster, names, ['node4', 'node2'])).toEqual(['node4', 'node2', 'node3', 'node1']);
  });

  it('names every node exactly once, whatever is listed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...names, 'stranger'), { minLength: 1 }), (listed) => {
        expect(decideOrder(cluster, names, listed).toSorted()).toEqual(names.toSorted());
      }),
    );
  });
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
    ['when an operator has it in standby', exampleNode('node1', { standby: true, standbyBy: 'operator' }), 'in standby by the wish of an operator'],
    ['when an operator has it in maintenance', exampleNode('node1', { maintenance: true }), 'in maintenance by the wish of an operator'],
    ['when it is a remote node', exampleNode('node1', { kind: 'remote' }), 'a remote node: it has no vote and no worker of its own'],
  ])('%s', (_title, node, reason) => {
    expect(reasonToSkip(withNodes(cluster, node), 'node1')).toBe(reason);
  });

  it('but not when a run holds it: that is for the guard to judge', () => {
    expect(reasonToSkip(withNodes(cluster, heldNode('node1', otherRun)), 'node1')).toBeNull();
  });
});
