import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseClusterView } from '../../../clusters/pacemaker/crm-mon.js';
import { CauError } from '../../../domain/errors.js';
import { fixture } from './fixtures.js';

describe('the view of a member', () => {
  const healthy = parseClusterView(fixture('healthy.crm-mon.xml'));
  const role = (view: typeof healthy, id: string) => view.roles.find((candidate) => candidate.id === id);
  const node = (view: typeof healthy, name: string) => view.nodes.find((candidate) => candidate.name === name);

  test('has its coordinator, quorum, version and options', () => {
    expect(healthy).toMatchObject({
      coordinator: 'node3',
      quorate: true,
      version: '2.1.5',
      options: { 'stonith-enabled': 'false', 'no-quorum-policy': 'stop' },
    });
    expect(healthy.nodes).toHaveLength(4);
    expect(node(healthy, 'node1')).toEqual({
      name: 'node1',
      id: '1',
      kind: 'member',
      online: true,
      pending: false,
      unclean: false,
      expectedUp: true,
      standby: false,
      standbyOnFail: false,
      maintenance: false,
    });
  });

  test('knows roles of every kind with their instances in order', () => {
    expect(healthy.roles.map(({ id, kind, resources }) => [id, kind, resources])).toEqual([
      ['web', 'group', ['web-srv', 'web-ip']],
      ['db', 'promotable', ['db-srv']],
      ['files', 'group', ['files-fs', 'files-srv']],
      ['mesh', 'clone', ['mesh-srv']],
      ['pair', 'clone', ['pair-a', 'pair-b']],
      ['vm', 'primitive', ['vm']],
      ['mule', 'primitive', ['mule']],
      ['stale', 'primitive', ['stale']],
    ]);
    expect(role(healthy, 'web')?.instances).toEqual([
      { resource: 'web-srv', node: 'node1', state: 'Started', managed: true, blocked: false, failed: false },
      { resource: 'web-ip', node: 'node1', state: 'Started', managed: true, blocked: false, failed: false },
    ]);
    expect(role(healthy, 'db')?.instances.map(({ node: on, state }) => [on, state])).toEqual([
      ['node2', 'Promoted'],
      ['node4', 'Unpromoted'],
    ]);
    expect(
      role(healthy, 'mesh')
        ?.instances.map(({ node: on }) => on)
        .toSorted(),
    ).toEqual(['node1', 'node2', 'node3', 'node4']);
    expect(role(healthy, 'pair')?.instances.map(({ resource, node: on }) => [resource, on])).toEqual([
      ['pair-a', 'node2'],
      ['pair-b', 'node2'],
      ['pair-a', 'node4'],
      ['pair-b', 'node4'],
    ]);
  });

  test('tells a role that is stopped on purpose from one that should run', () => {
    expect(role(healthy, 'stale')).toMatchObject({ wanted: false, instances: [] });
    expect(role(healthy, 'vm')?.wanted).toBe(true);
  });

  test('shows an agent that refused to stop as blocked, and the failure with an id of its own', () => {
    const view = parseClusterView(fixture('failed-stop.crm-mon.xml'));
    expect(role(view, 'mule')?.instances).toEqual([{ resource: 'mule', node: 'node1', state: 'Started', managed: false, blocked: true, failed: true }]);
    expect(view.failedActions).toEqual([
      { node: 'node1', resource: 'mule', operation: 'stop', reason: 'error', id: 'node1/mule_stop_0/65/2026-11-24 10:41:08Z' },
    ]);
  });

  test('shows roles on their way as such, and a migrating one on both nodes', () => {
    const view = parseClusterView(fixture('transition.crm-mon.xml'));
    expect(role(view, 'vm')?.instances.map(({ state }) => state)).toEqual(['Stopping', 'Stopping']);
  });

  test('shows what operators did: standby, maintenance of the cluster and of a node, an unmanaged member', () => {
    const view = parseClusterView(fixture('operator.crm-mon.xml'));
    expect(node(view, 'node1')).toMatchObject({ standby: true, maintenance: false });
    expect(node(view, 'node2')).toMatchObject({ standby: true });
    expect(node(view, 'node3')).toMatchObject({ standby: false, maintenance: true });
    expect(view.options['maintenance-mode']).toBe('true');
    expect(role(view, 'web')?.instances.every((instance) => !instance.managed)).toBe(true);
  });

  test('keeps fencing devices apart, tells remote from guest nodes, and counts a container where it runs', () => {
    const view = parseClusterView(fixture('remotes-and-bundles.crm-mon.xml'));
    expect(view.fencingDevices).toEqual(['fence', 'fence-sbd']);
    expect(view.roles.map(({ id }) => id)).toEqual(['far', 'shards', 'box']);
    expect(view.nodes.map(({ name, kind }) => [name, kind])).toEqual([
      ['node1', 'member'],
      ['node2', 'member'],
      ['far', 'remote'],
      ['box-0', 'guest'],
    ]);
    expect(node(view, 'node2')).toMatchObject({ online: false, unclean: true });
    expect(node(view, 'far')).toMatchObject({ standby: true, standbyOnFail: true });
    expect(role(view, 'shards')?.instances.map(({ resource, state }) => [resource, state])).toEqual([
      ['shard', 'Promoted'],
      ['shard', 'Unpromoted'],
    ]);
    expect(role(view, 'box')?.instances.map(({ resource, node: on }) => [resource, on])).toContainEqual(['inside', 'node1']);
  });

  test('fails in words, never otherwise, whatever it is given', () => {
    const healthyText = fixture('healthy.crm-mon.xml');
    const broken = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.nat(healthyText.length), fc.string({ maxLength: 20 }))
        .map(([at, noise]) => healthyText.slice(0, at) + noise + healthyText.slice(at + noise.length)),
    );
    fc.assert(
      fc.property(broken, (text) => {
        try {
          parseClusterView(text);
        } catch (error) {
          expect(error).toBeInstanceOf(CauError);
        }
      }),
    );
  });
});
