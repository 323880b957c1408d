import { describe, expect, it } from 'vitest';
import { findMoves, placementOf } from '../../domain/placement.js';
import { exampleCluster, exampleInstance, exampleRole, withRoles } from './example-cluster.js';

const before = placementOf(exampleCluster());

describe('a role moved', () => {
  it('when it serves on another node', () => {
    const after = placementOf(
      withRoles(exampleCluster(), exampleRole('web', 'group', [exampleInstance('web-srv', 'node3'), exampleInstance('web-ip', 'node3')])),
    );
    expect(findMoves(before, after, 'drain')).toEqual([{ role: 'web', from: 'node1', to: 'node3', when: 'drain' }]);
  });

  it('when its promoted copy is on another node', () => {
    const after = placementOf(withRoles(exampleCluster(), exampleRole('db', 'promotable', [exampleInstance('db-srv', 'node4', { state: 'Promoted' })])));
    expect(findMoves(before, after, 'drain')).toEqual([{ role: 'db', from: 'node2', to: 'node4', when: 'drain' }]);
  });

  it('to nowhere when it was lost', () => {
    expect(findMoves(before, placementOf(withRoles(exampleCluster(), exampleRole('web', 'group', []))), 'drain')).toEqual([
      { role: 'web', from: 'node1', to: null, when: 'drain' },
    ]);
  });

  it('but not a clone that lost one of its copies', () => {
    const after = placementOf(withRoles(exampleCluster(), exampleRole('ca-web', 'clone', [exampleInstance('ca-web-srv', 'node2')])));
    expect(findMoves(before, after, 'drain')).toEqual([]);
  });
});
