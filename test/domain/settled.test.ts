import { describe, expect, it } from 'vitest';
import type { FailedAction, WatchedCluster } from '../../domain/cluster.js';
import { baselineOf, type Baseline } from '../../domain/placement.js';
import { decideSettled } from '../../domain/settled.js';
import { exampleCluster, exampleInstance, exampleNode, exampleRole, exampleRun, heldNode, withNodes, withRoles } from './example-cluster.js';

const cluster = exampleCluster();
const baseline = baselineOf(cluster);
const decide = (now: WatchedCluster, since: Baseline = baseline) => decideSettled(now, since, 'node1');

describe('a cluster has settled after a node came back', () => {
  it('when every role has its instances and every copy its score', () => {
    expect(decide(cluster)).toEqual({ state: 'met' });
  });

  it('not while a clone lacks an instance', () => {
    const partial = withRoles(
      cluster,
      exampleRole(
        'ca-web',
        'clone',
        ['node2', 'node3', 'node4'].map((node) => exampleInstance('ca-web-srv', node)),
      ),
    );
    expect(decide(partial)).toEqual({ state: 'waiting', reasons: ['role "ca-web" has 3 of 4 instances'] });
  });

  it('not while a replica is started but not in sync: the next drain could promote stale data', () => {
    const stale = { ...cluster, promotionScores: [{ node: 'node2', resource: 'db-srv', score: 10 }] };
    expect(decide(stale)).toEqual({ state: 'waiting', reasons: ['a promotion score of "db-srv" is missing, it was 5'] });
  });

  it('without the copies of a node that is in standby, by an operator or since it was kept: it can have none', () => {
    const three = exampleRole(
      'ca-web',
      'clone',
      ['node1', 'node2', 'node3'].map((node) => exampleInstance('ca-web-srv', node)),
    );
    const db = exampleRole('db', 'promotable', [exampleInstance('db-srv', 'node2', { state: 'Promoted' })]);
    const away = withNodes(
      { ...withRoles(cluster, three, db), promotionScores: [{ node: 'node2', resource: 'db-srv', score: 10 }] },
      exampleNode('node4', { standby: true, standbyBy: 'operator' }),
    );
    expect(decide(away)).toEqual({ state: 'met' });
    expect(decide(withNodes(away, exampleNode('node4', { online: false }))).state).toBe('waiting');
  });

  it('not without the members of a group that moved off a node in standby: they have another place', () => {
    const half = withNodes(
      withRoles(cluster, exampleRole('web', 'group', [exampleInstance('web-ip', 'node3')])),
      exampleNode('node1', { standby: true, standbyBy: 'operator' }),
    );
    expect(decide(half)).toMatchObject({ state: 'waiting', reasons: [expect.stringContaining('role "web" has 1 of 2 instances')] });
  });

  it('also when the promoted copy changed its node, since scores go with their copies', () => {
    const swapped = {
      ...cluster,
      promotionScores: [
        { node: 'node4', resource: 'db-srv', score: 10 },
        { node: 'node2', resource: 'db-srv', score: 5 },
      ],
    };
    expect(decide(swapped)).toEqual({ state: 'met' });
  });

  const failed = (changes: Partial<FailedAction>) => ({ node: 'node1', resource: 'web-srv', operation: 'start', reason: 'timeout', id: 'new', ...changes });

  it.each([
    ['on the node', failed({ resource: 'fence-node3' })],
    ['of a role that the node had, wherever it is now', failed({ node: 'node3', operation: 'monitor' })],
    ['of a role that has a copy there', failed({ node: 'node2', resource: 'ca-web-srv', operation: 'monitor' })],
  ])('not when something failed anew %s', (_what, action) => {
    expect(decide({ ...cluster, failedActions: [action] })).toMatchObject({ state: 'waiting', reasons: [expect.stringContaining(`failed on ${action.node}`)] });
  });

  it.each([
    ['failed before', failed({ id: 'old' })],
    ['fails elsewhere, of a role that the node had no part in', failed({ node: 'node3', resource: 'db-srv' })],
    ['fails on a node that is being worked on as well', failed({ node: 'node4', resource: 'ca-web-srv' })],
  ])('whatever %s', (_what, action) => {
    const beside = withNodes(cluster, heldNode('node4', exampleRun));
    expect(decide({ ...beside, failedActions: [action] }, { ...baseline, failedActions: ['old'] })).toEqual({ state: 'met' });
  });
});
