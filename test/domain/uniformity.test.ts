import { describe, expect, it } from 'vitest';
import { describeUneven, findUneven, findUnevenOffers, type OfferedNode } from '../../domain/uniformity.js';

const offered = (node: string, ...updates: readonly (readonly [name: string, from: string, to: string])[]): OfferedNode => ({
  node,
  updates: updates.map(([name, from, to]) => ({ plugin: 'apt', name, from, to })),
});

describe('nodes can become the same', () => {
  it('when each package is offered in one version, to however many of them', () => {
    expect(findUnevenOffers([offered('node1', ['app', '1.0', '1.1']), offered('node2', ['app', '0.9', '1.1']), offered('node3')])).toEqual([]);
  });

  it('not when their sources offer different versions', () => {
    expect(findUnevenOffers([offered('node1', ['app', '1.0', '1.1']), offered('node2', ['app', '1.0', '1.2'])])).toEqual([
      'app is offered as 1.1 to node1, 1.2 to node2',
    ]);
  });
});

describe('at the end nodes are the same', () => {
  it.each([
    ['when nothing is offered any more', [offered('node1'), offered('node2')]],
    ['when all are offered alike what appeared meanwhile', [offered('node1', ['app', '1.1', '1.2']), offered('node2', ['app', '1.1', '1.2'])]],
  ])('%s', (_title, nodes) => {
    expect(findUneven(nodes)).toEqual([]);
  });

  it.each([
    [
      'not when one is still offered what others have',
      [offered('node1'), offered('node2', ['app', '1.0', '1.1'])],
      'app is behind on node2 (1.0, 1.1 is there)',
    ],
    [
      'not when all are offered the same and have something else',
      [offered('node1', ['app', '1.0', '1.2']), offered('node2', ['app', '1.1', '1.2'])],
      'app is behind on node1 (1.0, 1.2 is there), node2 (1.1, 1.2 is there)',
    ],
    ['not when one could not be asked', [offered('node1'), { node: 'node2', updates: null }], 'node2 could not be asked'],
  ])('%s', (_title, nodes, reason) => {
    expect(findUneven(nodes)).toEqual([reason]);
  });

  it('is said in one sentence, however many differ', () => {
    expect(describeUneven(Array.from({ length: 12 }, (_, index) => `p${index}`))).toBe('p0; p1; p2; p3; p4; p5; p6; p7; p8; p9; and 2 more.');
  });
});
