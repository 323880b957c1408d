import { describe, expect, it } from 'vitest';
import { baselineOf } from '../../domain/placement.js';
import { decideSettled } from '../../domain/settled.js';
import { exampleCluster, exampleInstance, exampleNode, exampleRole, withNodes, withRoles } from './example-cluster.js';

const cluster = exampleCluster();
const baseline = baselineOf(cluster);

describe('a cluster has settled after a node came back', () => {
  it('when every role has its instances and every copy its score', () => {
    expect(decideSettled(cluster, baseline)).toEqual({ state: 'met' });
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
    expect(decideSettled(partial, baseline)).toEqual({ state: 'waiting', reasons: ['role "ca-web" has 3 of 4 instances'] });
  });

  it('not while a replica is started but not in sync: the next drain could promote stale data', () => {
    const stale = { ...cluster, promotionScores: [{ node: 'node2', resource: 'db-srv', score: 10 }] };
    expect(decideSettled(stale, baseline)).toEqual({ state: 'waiting', reasons: ['a promotion score of "db-srv" is missing, it was 5'] });
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
    expect(decideSettled(away, baseline)).toEqual({ state: 'met' });
    expect(decideSettled(withNodes(away, exampleNode('node4', { online: false })), baseline).state).toBe('waiting');
  });

  it('not without the members of a group that moved off a node in standby: they have another place', () => {
    const half = withNodes(
      withRoles(cluster, exampleRole('web', 'group', [exampleInstance('web-ip', 'node3')])),
      exampleNode('node1', { standby: true, standbyBy: 'operator' }),
    );
    expect(decideSettled(half, baseline)).toMatchObject({ state: 'waiting', reasons: [expect.stringContaining('role "web" has 1 of 2 instances')] });
  });

  it('also when the promoted copy changed its node, since scores go with their copies', () => {
    const swapped = {
      ...cluster,
      promotionScores: [
        { node: 'node4', resource: 'db-srv', score: 10 },
        { node: 'node2', resource: 'db-srv', score: 5 },
      ],
    };
    expect(decideSettled(swapped, baseline)).toEqual({ state: 'met' });
  });

  it('not when something failed anew, but old failures are not judged', () => {
    const action = { node: 'node1', resource: 'web-srv', operation: 'start', reason: 'timeout', id: 'new' };
    expect(decideSettled({ ...cluster, failedActions: [action] }, baseline).state).toBe('waiting');
    expect(decideSettled({ ...cluster, failedActions: [action] }, { ...baseline, failedActions: ['new'] }).state).toBe('met');
  });
});
