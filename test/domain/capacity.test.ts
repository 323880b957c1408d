import { describe, expect, it } from 'vitest';
import { decideCapacity, decideStability, rolesWithoutPlace } from '../../domain/capacity.js';
import type { ClusterNode } from '../../domain/cluster.js';
import type { PredictedMove } from '../../domain/ports/cluster-driver.js';
import { exampleCluster, exampleNode, exampleRole, exampleRun, withNodes, withRoles } from './example-cluster.js';

const cluster = exampleCluster();
const move = (changes: Partial<PredictedMove> = {}): PredictedMove => ({ role: 'web', from: 'node1', to: 'node3', when: 'drain', kind: 'move', ...changes });

describe('a node may be drained', () => {
  it('when every role that would leave it has another place', () => {
    expect(decideCapacity(cluster, 'node1', [move(), move({ when: 'return', from: 'node3', to: 'node1' })])).toEqual({ state: 'met' });
  });

  it('not when a role would serve nowhere, such as one that may run on no other node', () => {
    expect(decideCapacity(cluster, 'node1', [move({ to: null, kind: 'stop' })])).toEqual({
      state: 'waiting',
      reasons: ['role "web" would serve nowhere without node1'],
    });
  });

  it('not when its promoted copy is the only one that is ready to be promoted', () => {
    expect(decideCapacity(cluster, 'node2', [move({ role: 'db', from: 'node2', to: null, kind: 'stop' })])).toEqual({
      state: 'waiting',
      reasons: ['role "db" would serve nowhere without node2'],
    });
  });

  it('although a role would serve nowhere, where an outage is allowed; that one is named', () => {
    const lost = [move({ to: null, kind: 'stop' }), move({ role: 'ca-web', when: 'return', to: null })];
    expect(decideCapacity(cluster, 'node1', lost, true)).toEqual({ state: 'met' });
    expect(rolesWithoutPlace(cluster, lost)).toEqual(['web']);
  });

  it('although a role would stop that an administrator wants stopped', () => {
    const unwanted = withRoles(cluster, { ...exampleRole('web', 'group', []), wanted: false });
    expect(decideCapacity(unwanted, 'node1', [move({ to: null, kind: 'stop' })])).toEqual({ state: 'met' });
  });
});

describe('the cluster can do what a drain asks of it', () => {
  const stands = (changes: Partial<ClusterNode>) => decideStability(withNodes(cluster, exampleNode('node2', changes)), 'node1');

  it('when nothing is wrong with the other nodes', () => {
    expect(decideStability(cluster, 'node1')).toEqual({ state: 'met' });
    expect(stands({ online: false, pending: true })).toEqual({ state: 'met' });
  });

  it.each<[string, Partial<ClusterNode>, string]>([
    ['failed and is not fenced', { online: false, unclean: true }, 'node2 failed and is not fenced yet'],
    ['is joining', { pending: true }, 'node2 is joining the cluster'],
  ])('not while one of them %s', (_title, changes, reason) => {
    expect(stands(changes)).toEqual({ state: 'waiting', reasons: [reason] });
    expect(stands({ ...changes, hold: { run: exampleRun, intact: true, kept: null, releaseAfter: '30m' } })).toEqual({ state: 'met' });
  });

  it('not when the last fencing device is gone, unless that was to be skipped', () => {
    const bare = exampleCluster({ fencing: { enabled: true, devices: [] } });
    expect(decideStability(bare, 'node1')).toEqual({ state: 'waiting', reasons: ['fencing is on, and there is no fencing device any more'] });
    expect(decideStability(bare, 'node1', ['fencing.device'])).toEqual({ state: 'met' });
  });
});
