import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterDescription } from '../../domain/cluster.js';
import { decideQuorum, quorumMargin } from '../../domain/quorum.js';
import { exampleCluster, exampleNode, exampleRun, withNodes } from './example-cluster.js';

const flagged = (cluster: ClusterDescription, ...flags: readonly string[]): ClusterDescription => ({
  ...cluster,
  quorum: { ...cluster.quorum, flags: [...cluster.quorum.flags, ...flags], waitForAll: flags.includes('WaitForAll') },
});
const voting = (cluster: ClusterDescription, votesOf: Record<string, number>, needed: number): ClusterDescription => ({
  ...cluster,
  quorum: { ...cluster.quorum, votesOf, needed, votes: Object.values(votesOf).reduce((sum, vote) => sum + vote, 0) },
});

function clusterOf(nodes: number, options: { online?: readonly boolean[]; needed?: number; deviceVotes?: number; twoNode?: boolean } = {}): ClusterDescription {
  const example = exampleCluster();
  const members = Array.from({ length: nodes }, (_, index) => exampleNode(`node${index + 1}`, { online: options.online?.[index] ?? true }));
  const votes = members.filter((node) => node.online).length + (options.deviceVotes ?? 0);
  const needed = options.needed ?? Math.floor((nodes + (options.deviceVotes ?? 0)) / 2) + 1;
  return {
    ...example,
    nodes: members,
    quorum: {
      ...example.quorum,
      votes,
      needed,
      expected: nodes,
      votesOf: Object.fromEntries(members.map((node) => [node.name, 1])),
      deviceVotes: options.deviceVotes ?? 0,
      twoNode: options.twoNode ?? false,
      quorate: votes >= needed || (options.twoNode ?? false),
    },
  };
}

const keeping = (cluster: ClusterDescription, name: string, { intact = true } = {}): ClusterDescription =>
  withNodes(cluster, exampleNode(name, { hold: { run: exampleRun, kept: 'its package data base is broken', intact, releaseAfter: '30m' } }));

describe('a node may be taken out', () => {
  it.each([
    ['of four', clusterOf(4), true],
    ['of three', clusterOf(3), true],
    ['not of four when one is away already', clusterOf(4, { online: [true, true, true, false] }), false],
    ['not of four when one is kept in maintenance mode', keeping(clusterOf(4), 'node4'), false],
    ['of four whose kept node a person released', keeping(clusterOf(4), 'node4', { intact: false }), true],
    ['of five when one is kept in maintenance mode', keeping(clusterOf(5), 'node4'), true],
    ['not of two with two_node when the other is kept', keeping(clusterOf(2, { twoNode: true }), 'node2'), false],
    ['not of two without two_node', clusterOf(2), false],
    ['of two with two_node', clusterOf(2, { twoNode: true }), true],
    ['not of two with two_node when the other is away', clusterOf(2, { twoNode: true, online: [true, false] }), false],
    ['of two with a quorum device', clusterOf(2, { deviceVotes: 1 }), true],
    ['not of two whose quorum device does not cast its vote', clusterOf(2, { needed: 2 }), false],
    ['of three with a quorum device when one is away', clusterOf(3, { deviceVotes: 2, online: [true, true, false] }), true],
    ['of four with wait_for_all, which asks for all only after all were down', flagged(clusterOf(4), 'WaitForAll'), true],
    ['of two with two_node and wait_for_all', flagged(clusterOf(2, { twoNode: true }), '2Node', 'WaitForAll'), true],
    ['not of two with auto_tie_breaker, since the other half may be the wrong one', flagged(clusterOf(2), 'AutoTieBreaker'), false],
    [
      'not of three that are left of four with last_man_standing before it lowered the needed votes',
      flagged(clusterOf(4, { online: [true, true, true, false] }), 'LastManStanding'),
      false,
    ],
    [
      'of three that are left of four with last_man_standing after that',
      flagged(clusterOf(4, { online: [true, true, true, false], needed: 2 }), 'LastManStanding'),
      true,
    ],
    ['not when it has the votes of two, and these are needed', voting(clusterOf(3), { node1: 2, node2: 1, node3: 1 }, 3), false],
    ['not when the votes of the others are not told', voting(clusterOf(3), { node1: 1 }, 1), false],
  ])('%s', (_title, cluster, allowed) => {
    expect(decideQuorum(cluster, 'node1').state).toBe(allowed ? 'met' : 'waiting');
  });

  it.each([
    ['alone in its cluster', clusterOf(1), true],
    ['of two with two_node when the other is away', clusterOf(2, { twoNode: true, online: [true, false] }), true],
    ['of two with two_node when the other is kept', keeping(clusterOf(2, { twoNode: true }), 'node2'), true],
    ['not of two when it would wait for the other after its return', flagged(clusterOf(2, { twoNode: true, online: [true, false] }), 'WaitForAll'), false],
    ['not of two when it would lack votes after its return', clusterOf(2, { needed: 2, deviceVotes: 0, online: [true, false] }), false],
    ['not of four when one is away already: the others would lose their quorum', clusterOf(4, { online: [true, true, true, false] }), false],
    ['not of two without two_node', clusterOf(2), false],
  ])('with allowOutage %s', (_title, cluster, allowed) => {
    expect(decideQuorum(cluster, 'node1', true).state).toBe(allowed ? 'met' : 'waiting');
  });

  it('only as long as the votes that stay reach what the live cluster needs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
        fc.nat({ max: 2 }),
        fc.integer({ min: 1, max: 13 }),
        (online, deviceVotes, needed) => {
          const cluster = clusterOf(online.length, { online, deviceVotes, needed });
          const verdict = decideQuorum(cluster, 'node1');
          const staying = online.slice(1).filter(Boolean).length;
          if (verdict.state === 'met') expect(staying + deviceVotes).toBeGreaterThanOrEqual(needed);
          else expect(staying + deviceVotes < needed || !cluster.quorum.quorate || staying === 0).toBe(true);
        },
      ),
    );
  });

  it('as often as the margin says, and not once more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat({ max: 1 }), (nodes, deviceVotes) => {
        const margin = quorumMargin(clusterOf(nodes, { deviceVotes }));
        const away = (count: number) => Array.from({ length: nodes }, (_, index) => index >= count);
        for (let gone = 0; gone < margin; gone += 1) {
          expect(decideQuorum(clusterOf(nodes, { deviceVotes, online: away(gone) }), `node${gone + 1}`).state === 'met' || gone + 1 === nodes).toBe(true);
        }
        expect(decideQuorum(clusterOf(nodes, { deviceVotes, online: away(margin) }), `node${margin + 1}`).state).toBe('waiting');
      }),
    );
  });
});
