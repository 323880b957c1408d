import { describe, expect, it } from 'vitest';
import { decideLeft, decideMember, decideVacated } from '../../domain/membership.js';
import { baselineOf } from '../../domain/placement.js';
import { exampleCluster, exampleNode, withNodes } from './example-cluster.js';

const cluster = exampleCluster();

describe('a node is a full member', () => {
  it('when a witness with quorum sees it online, not joining and clean', () => {
    expect(decideMember(cluster, 'node1')).toEqual({ state: 'met' });
  });

  it.each([
    ['offline', exampleNode('node1', { online: false })],
    ['joining', exampleNode('node1', { pending: true })],
    ['unclean', exampleNode('node1', { unclean: true })],
  ])('not while it is %s', (reason, node) => {
    expect(decideMember(withNodes(cluster, node), 'node1')).toEqual({ state: 'waiting', reasons: [expect.stringContaining(reason)] });
  });

  it('not in the eyes of a witness without quorum, which may only see itself', () => {
    expect(decideMember({ ...cluster, witness: { ...cluster.witness, quorate: false } }, 'node1').state).toBe('waiting');
  });
});

describe('a node left in order', () => {
  it('when it is offline, clean and expected to be down', () => {
    expect(decideLeft(withNodes(cluster, exampleNode('node1', { online: false, expectedUp: false })), 'node1')).toEqual({ state: 'met' });
  });

  it.each([
    ['still online', exampleNode('node1')],
    ['unclean', exampleNode('node1', { online: false, unclean: true, expectedUp: false })],
    ['still expected to be up', exampleNode('node1', { online: false })],
  ])('not while it is %s', (reason, node) => {
    expect(decideLeft(withNodes(cluster, node), 'node1')).toEqual({ state: 'waiting', reasons: expect.arrayContaining([expect.stringContaining(reason)]) });
  });
});

describe('a node that was not drained is vacated', () => {
  const gone = exampleNode('node1', { online: false, expectedUp: false });
  const without = (role: string) => ({ ...withNodes(cluster, gone), roles: cluster.roles.map((one) => (one.id === role ? { ...one, instances: [] } : one)) });

  it('when it left in order and what ran there serves elsewhere', () => {
    expect(decideVacated(withNodes(cluster, gone), 'node1', baselineOf(cluster))).toEqual({ state: 'met' });
  });

  it('not while a role serves nowhere, nor while the node is there', () => {
    expect(decideVacated(without('web'), 'node1', baselineOf(cluster))).toEqual({ state: 'waiting', reasons: ['role "web" serves nowhere'] });
    expect(decideVacated(cluster, 'node1', baselineOf(cluster))).toMatchObject({
      state: 'waiting',
      reasons: expect.arrayContaining(['node1 is still online']),
    });
  });
});
