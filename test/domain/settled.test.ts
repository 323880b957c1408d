import { describe, expect, it } from 'vitest';
import { baselineOf } from '../../domain/placement.js';
import { decideSettled } from '../../domain/settled.js';
import { exampleCluster, exampleInstance, exampleRole, withRoles } from './example-cluster.js';

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
