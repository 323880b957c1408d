import { describe, expect, test } from 'vitest';
import { parseClusterView } from '../../../clusters/pacemaker/crm-mon.js';
import { movesBetween } from '../../../clusters/pacemaker/moves-between.js';
import { parseSimulation, type Simulation } from '../../../clusters/pacemaker/simulation.js';
import { exampleInstance, exampleRole } from '../../domain/example-cluster.js';
import { fixture } from './fixtures.js';

const after = (roles: Simulation['roles'], actions: Simulation['actions'] = []): Simulation => ({ roles, actions, nodes: [] });

describe('predicted moves', () => {
  test('of a recorded simulation are moves, and migrations where the agent can', () => {
    const simulation = parseSimulation(fixture('drain-node3.crm-simulate.xml'));
    expect(movesBetween(parseClusterView(fixture('healthy.crm-mon.xml')), simulation, 'drain')).toEqual([
      { role: 'files', from: 'node3', to: 'node2', when: 'drain', kind: 'move' },
      { role: 'vm', from: 'node3', to: 'node2', when: 'drain', kind: 'migrate' },
    ]);
  });

  test('of a promoted copy are promotions, and copies that only change places are none', () => {
    const before = {
      roles: [exampleRole('db', 'promotable', [exampleInstance('db', 'a', { state: 'Promoted' }), exampleInstance('db', 'b', { state: 'Unpromoted' })])],
    };
    const roles = [exampleRole('db', 'promotable', [exampleInstance('db', 'b', { state: 'Promoted' }), exampleInstance('db', 'c', { state: 'Unpromoted' })])];
    expect(movesBetween(before, after(roles), 'drain')).toEqual([{ role: 'db', from: 'a', to: 'b', when: 'drain', kind: 'promote' }]);
  });

  test('of a role that no other node may run end nowhere', () => {
    const before = { roles: [exampleRole('web', 'primitive', [exampleInstance('web', 'a')]), exampleRole('mesh', 'clone', [exampleInstance('mesh', 'a')])] };
    const roles = [exampleRole('web', 'primitive', []), exampleRole('mesh', 'clone', [])];
    expect(movesBetween(before, after(roles), 'drain')).toEqual([
      { role: 'web', from: 'a', to: null, when: 'drain', kind: 'stop' },
      { role: 'mesh', from: 'a', to: null, when: 'drain', kind: 'stop' },
    ]);
  });

  test('of a group of which only a part may run elsewhere are no moves: its service stops', () => {
    const before = { roles: [exampleRole('web', 'group', [exampleInstance('web-ip', 'a'), exampleInstance('web-srv', 'a')])] };
    const roles = [exampleRole('web', 'group', [exampleInstance('web-ip', 'b')])];
    expect(movesBetween(before, after(roles), 'drain')).toEqual([{ role: 'web', from: 'a', to: null, when: 'drain', kind: 'stop' }]);
  });

  test('name what restarts on other nodes, such as copies of a clone that is not interleaved', () => {
    const roles = [exampleRole('mesh', 'clone', [exampleInstance('mesh', 'b')])];
    const before = { roles: [exampleRole('mesh', 'clone', [exampleInstance('mesh', 'a'), exampleInstance('mesh', 'b')])] };
    const actions = ['stop', 'start'].map((operation) => ({ resource: 'mesh', operation, node: 'b' }));
    expect(movesBetween(before, after(roles, actions), 'drain')).toEqual([{ role: 'mesh', from: 'b', to: 'b', when: 'drain', kind: 'restart' }]);
  });

  test('of a group are a move when one of its members cannot migrate', () => {
    const group = (node: string) => [exampleRole('vm', 'group', [exampleInstance('disk', node), exampleInstance('guest', node)])];
    const actions = [
      { resource: 'guest', operation: 'migrate_to', node: 'a' },
      { resource: 'guest', operation: 'stop', node: 'a' },
      { resource: 'disk', operation: 'stop', node: 'a' },
    ];
    expect(movesBetween({ roles: group('a') }, after(group('b'), actions), 'drain')).toMatchObject([{ kind: 'move' }]);
    expect(movesBetween({ roles: group('a') }, after(group('b'), actions.slice(0, 2)), 'drain')).toMatchObject([{ kind: 'migrate' }]);
  });
});
