import { describe, expect, it } from 'vitest';
import type { ClusterDescription } from '../../domain/cluster.js';
import { decideDrained, decideHeld } from '../../domain/drained.js';
import { baselineOf, placementOf, rolesDown, withoutRoles } from '../../domain/placement.js';
import { exampleCluster, exampleInstance, exampleRole, exampleRun, heldNode, otherRun, withNodes, withRoles } from './example-cluster.js';

const before = exampleCluster();
const baseline = baselineOf(before);
const moved = withRoles(
  withNodes(before, heldNode('node1')),
  exampleRole('web', 'group', [exampleInstance('web-srv', 'node2'), exampleInstance('web-ip', 'node2')]),
  exampleRole(
    'ca-web',
    'clone',
    ['node2', 'node3', 'node4'].map((node) => exampleInstance('ca-web-srv', node)),
  ),
);
const decide = (cluster: ClusterDescription) => decideDrained(cluster, 'node1', exampleRun, baseline);

describe('a node is drained', () => {
  it('when it is held by this run, empty, and every role serves elsewhere', () => {
    expect(decide(moved)).toEqual({ state: 'met' });
  });

  it('not while an instance still stops there', () => {
    const stopping = withRoles(moved, exampleRole('web', 'group', [exampleInstance('web-srv', 'node1', { state: 'Stopping' })]));
    expect(decide(stopping)).toMatchObject({ state: 'waiting' });
  });

  it('not while the cluster has actions pending', () => {
    expect(decide({ ...moved, idle: false })).toEqual({ state: 'waiting', reasons: ['the cluster has actions pending'] });
  });

  it('not when a role was lost on the way', () => {
    expect(decide(withRoles(moved, exampleRole('web', 'group', [])))).toEqual({ state: 'waiting', reasons: ['role "web" serves nowhere'] });
  });

  it('not when only a part of a group came up elsewhere: an address without its web server serves nobody', () => {
    const half = withRoles(moved, exampleRole('web', 'group', [exampleInstance('web-ip', 'node2')]));
    expect(decide(half)).toEqual({ state: 'waiting', reasons: ['role "web" has 1 of 2 instances'] });
    expect(rolesDown(baseline, placementOf(half))).toEqual(['web']);
  });

  it('not when a promotable lost its promoted copy', () => {
    const demoted = withRoles(moved, exampleRole('db', 'promotable', [exampleInstance('db-srv', 'node4', { state: 'Unpromoted' })]));
    expect(decide(demoted)).toEqual({ state: 'waiting', reasons: ['role "db" has no promoted copy'] });
  });

  it('never when a stop failed for good: the drain fails instead of waiting for ever', () => {
    const blocked = withRoles(moved, exampleRole('web', 'group', [exampleInstance('web-srv', 'node1', { blocked: true, failed: true, managed: false })]));
    expect(decide(blocked)).toMatchObject({ state: 'impossible', failure: { code: 'DrainFailed', where: 'web' } });
  });

  it('never when the cluster does not manage what runs there: such a drain is a lie', () => {
    const unmanaged = withRoles(moved, exampleRole('web', 'group', [exampleInstance('web-srv', 'node1', { managed: false })]));
    expect(decide(unmanaged)).toMatchObject({ state: 'impossible', failure: { code: 'RoleNotManaged', where: 'web-srv' } });
  });

  it('although a role that an administrator stopped is down', () => {
    const stopped = withRoles(moved, { ...exampleRole('web', 'group', []), wanted: false });
    expect(decide(stopped)).toEqual({ state: 'met' });
  });
});

describe('a hold is ours no more', () => {
  it.each([
    ['when an operator removed it', heldNode('node1', exampleRun, { hold: null })],
    [
      'when an operator lifted the standby inside it',
      heldNode('node1', exampleRun, { standby: false, hold: { run: exampleRun, intact: false, kept: null, releaseAfter: '30m' } }),
    ],
    ['when the node is held by another run', heldNode('node1', otherRun)],
  ])('%s', (_title, node) => {
    expect(decideHeld(withNodes(before, node), 'node1', exampleRun)).toMatchObject({ state: 'impossible', failure: { code: 'HoldBroken' } });
  });

  it('and it is said who changed the configuration last, where the cluster tells', () => {
    const lastChange = 'root, with crm_attribute on node1';
    expect(decideHeld({ ...withNodes(before, heldNode('node1', exampleRun, { hold: null })), lastChange }, 'node1', exampleRun)).toMatchObject({
      failure: { message: expect.stringMatching(/on node1; the configuration of the cluster was changed last by root, with crm_attribute on node1\.$/) },
    });
  });

  it('when the node left the cluster', () => {
    expect(decideHeld({ ...before, nodes: [] }, 'node1', exampleRun)).toMatchObject({ state: 'impossible', failure: { code: 'NodeVanished' } });
  });
});

describe('roles that left a node and came up nowhere', () => {
  const nowhere = withRoles(moved, exampleRole('web', 'group', []));

  it('are waited for, unless they are allowed to be down', () => {
    expect(decide(nowhere)).toEqual({ state: 'waiting', reasons: ['role "web" serves nowhere'] });
    expect(rolesDown(baseline, placementOf(nowhere))).toEqual(['web']);
    expect(decideDrained(nowhere, 'node1', exampleRun, withoutRoles(baseline, ['web']))).toEqual({ state: 'met' });
  });

  it('are those, too, that lost their promoted copy', () => {
    const demoted = withRoles(moved, exampleRole('db', 'promotable', [exampleInstance('db-srv', 'node4', { state: 'Unpromoted' })]));
    expect(rolesDown(baseline, placementOf(demoted))).toEqual(['db']);
  });
});

describe('a node that is held without a standby of our own', () => {
  const heldBy = (standby: 'operators' | 'none', changes: object) =>
    decideHeld(
      withNodes(before, { ...heldNode('node1'), hold: { run: exampleRun, intact: true, kept: null, releaseAfter: '30m', standby }, ...changes }),
      'node1',
      exampleRun,
    );

  it('serves meanwhile, or relies on the standby of an operator; without that the hold is broken', () => {
    expect(heldBy('none', { standby: false })).toEqual({ state: 'met' });
    expect(heldBy('operators', { standby: true })).toEqual({ state: 'met' });
    expect(heldBy('operators', { standby: false })).toMatchObject({ state: 'impossible', failure: { code: 'HoldBroken' } });
  });
});
