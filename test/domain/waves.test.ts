import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterDescription } from '../../domain/cluster.js';
import { decideTogether, decideWaves, nextBeside, parallelLimit, waveFindings, type WaveFacts } from '../../domain/waves.js';
import { exampleCluster, exampleNode, exampleRun, heldNode, withNodes } from './example-cluster.js';

const names = (count: number) => Array.from({ length: count }, (_, index) => `node${index + 1}`);

function clusterOf(
  nodes: readonly string[],
  { deviceVotes = 0, votesOf = {}, twoNode = false }: { deviceVotes?: number; votesOf?: Record<string, number>; twoNode?: boolean } = {},
): ClusterDescription {
  const example = exampleCluster();
  const votes = Object.fromEntries(nodes.map((node) => [node, votesOf[node] ?? 1]));
  const present = Object.values(votes).reduce((sum, vote) => sum + vote, 0) + deviceVotes;
  return {
    ...example,
    nodes: nodes.map((node) => exampleNode(node)),
    roles: [],
    quorum: {
      ...example.quorum,
      votesOf: votes,
      deviceVotes,
      twoNode,
      votes: present,
      expected: present,
      needed: twoNode ? 1 : Math.floor(present / 2) + 1,
      quorate: true,
    },
  };
}

const facts = (nodes: readonly string[], changes: Partial<WaveFacts> = {}, cluster = clusterOf(nodes)): WaveFacts => ({
  cluster,
  candidates: [],
  allowOutage: false,
  ...changes,
});

describe('nodes are worked on together', () => {
  const four = names(4);
  it.each<[string, WaveFacts, readonly string[], string | null]>([
    ['not two of four, whose votes are all needed but one', facts(four), ['node1', 'node2'], '2 votes would be left without node1 and node2, 3 are needed'],
    ['two of four with a quorum device', facts(four, {}, clusterOf(four, { deviceVotes: 1 })), ['node1', 'node2'], null],
    ['two of five', facts(names(5)), ['node1', 'node2'], null],
    ['not three of five', facts(names(5)), ['node1', 'node2', 'node3'], 'needed'],
    ['not both of two with two_node', facts(names(2), {}, clusterOf(names(2), { twoNode: true })), ['node1', 'node2'], 'no other full member would be left'],
    [
      'not the only two nodes that may run a role',
      facts(names(5), { candidates: [{ role: 'db', nodes: ['node1', 'node2'] }] }),
      ['node2', 'node1'],
      'role "db" would serve nowhere without node2 and node1',
    ],
    [
      'one of the two that may run a role and another node',
      facts(names(5), { candidates: [{ role: 'db', nodes: ['node1', 'node2'] }] }),
      ['node2', 'node3'],
      null,
    ],
    [
      'also those, where an outage is allowed',
      facts(names(5), { candidates: [{ role: 'db', nodes: ['node1', 'node2'] }], allowOutage: true }),
      ['node2', 'node1'],
      null,
    ],
    [
      'not with a third that is kept in maintenance mode',
      facts(
        names(5),
        {},
        withNodes(clusterOf(names(5)), heldNode('node5', exampleRun, { hold: { run: exampleRun, intact: true, kept: 'broken', releaseAfter: '30m' } })),
      ),
      ['node1', 'node2'],
      'kept in maintenance mode',
    ],
    [
      'not with a third that is being worked on and was not named',
      facts(names(5), {}, withNodes(clusterOf(names(5)), heldNode('node5'))),
      ['node1', 'node2'],
      'node5, being worked on',
    ],
  ])('%s', (_, given, nodes, reason) => {
    const verdict = decideTogether(given, nodes);
    if (reason === null) expect(verdict).toEqual({ state: 'met' });
    else expect(verdict).toMatchObject({ state: 'waiting', reasons: [expect.stringContaining(reason)] });
  });
});

describe('waves', () => {
  it('are the nodes one by one where one at a time was asked for', () => {
    expect(decideWaves(facts(names(5)), names(5), 1)).toEqual([['node1'], ['node2'], ['node3'], ['node4'], ['node5']]);
  });

  it('keep the order where nothing speaks against it', () => {
    expect(decideWaves(facts(names(6)), names(6), 2)).toEqual([
      ['node1', 'node2'],
      ['node3', 'node4'],
      ['node5', 'node6'],
    ]);
  });

  it('are the fewest: nodes that cannot be taken together are paired with others', () => {
    // In order, node1 would go with node3 and leave node2 and node4 for a wave each.
    const pairs = [
      ['node1', 'node2'],
      ['node3', 'node4'],
      ['node2', 'node4'],
    ];
    const given = facts(names(5), { candidates: pairs.map((nodes, index) => ({ role: `r${index}`, nodes })) });
    const waves = decideWaves(given, names(4), 2);
    expect(waves).toEqual([
      ['node1', 'node4'],
      ['node2', 'node3'],
    ]);
  });

  it('of which each is one node say why more were not possible', () => {
    const given = facts(names(4));
    const waves = decideWaves(given, names(4), 2);
    expect(waves).toHaveLength(4);
    expect(waveFindings(given, [waves], { maxParallelNodes: 2 })).toMatchObject([
      {
        id: 'plan.waves',
        message: 'Nodes are worked on one at a time although maxParallelNodes is 2: 2 votes would be left without node1 and node2, 3 are needed.',
      },
    ]);
    expect(waveFindings(facts(names(5)), [[['node1', 'node2'], ['node3']]], { maxParallelNodes: 2 })).toEqual([]);
  });

  it('are told of where they are fewer at once than was asked for, with the reason; not where no more nodes are left', () => {
    const given = facts(names(5));
    const waves = decideWaves(given, names(5), 3);
    expect(waveFindings(given, [waves], { maxParallelNodes: 3 })).toMatchObject([
      {
        id: 'plan.waves',
        message: 'At most 2 nodes are worked on at once although maxParallelNodes is 3: 2 votes would be left without node1 and node2 and node3, 3 are needed.',
      },
    ]);
    expect(waveFindings(given, [decideWaves(given, names(2), 3)], { maxParallelNodes: 3 })).toEqual([]);
  });
});

describe('a node beside those at work', () => {
  it('is the first that may be begun, unless another leaves fewer waves', () => {
    const given = facts(names(5), { candidates: [{ role: 'db', nodes: ['node1', 'node2'] }] });
    expect(nextBeside(given, ['node2', 'node3'], ['node1'], 2)).toEqual({ node: 'node3' });
    expect(nextBeside(given, ['node3', 'node4'], ['node1'], 2)).toEqual({ node: 'node3' });
  });

  it('is none, with the reason for each, where none may be', () => {
    expect(nextBeside(facts(names(4)), ['node2', 'node3'], ['node1'], 2)).toEqual({
      heldBack: [
        { node: 'node2', reason: '2 votes would be left without node1 and node2, 3 are needed' },
        { node: 'node3', reason: '2 votes would be left without node1 and node3, 3 are needed' },
      ],
    });
  });
});

describe('how many at once', () => {
  it.each([
    ['as many as asked for', { maxParallelNodes: 3, approval: 'none' as const }, ['Succeeded' as const], false, 3],
    ['one less for each that failed', { maxParallelNodes: 3, approval: 'none' as const }, ['Failed' as const, 'Succeeded' as const], false, 2],
    ['one at least', { maxParallelNodes: 2, approval: 'none' as const }, ['Failed' as const, 'NeedsAttention' as const], false, 1],
    ['one before the first is approved', { maxParallelNodes: 3, approval: 'firstNode' as const }, [], false, 1],
    ['all after that', { maxParallelNodes: 3, approval: 'firstNode' as const }, [], true, 3],
  ])('%s', (_, options, outcomes, isGranted, limit) => {
    expect(parallelLimit(options, outcomes, isGranted)).toBe(limit);
  });
});

describe('of any cluster', () => {
  const anyFacts = (most: number) =>
    fc.integer({ min: 2, max: most }).chain((count) =>
      fc
        .record({
          votes: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: count, maxLength: count }),
          deviceVotes: fc.nat({ max: 3 }),
          roles: fc.array(fc.subarray(names(count)), { maxLength: 12 }),
          limit: fc.integer({ min: 2, max: 6 }),
          order: fc.shuffledSubarray(names(count), { minLength: 1 }),
        })
        .map(({ votes, deviceVotes, roles, limit, order }) => ({
          limit,
          order,
          given: facts(
            names(count),
            { candidates: roles.map((nodes, index) => ({ role: `r${index}`, nodes })) },
            clusterOf(names(count), { deviceVotes, votesOf: Object.fromEntries(names(count).map((node, index) => [node, votes[index] ?? 1])) }),
          ),
        })),
    );

  /** Counted by hand, not by the code under test: a member and votes that are left, and a place for each role. */
  const keepsAll = ({ cluster: { nodes, quorum }, candidates }: WaveFacts, away: readonly string[]) => {
    const votes = nodes.filter(({ name }) => !away.includes(name)).reduce((sum, { name }) => sum + (quorum.votesOf[name] ?? 0), 0) + quorum.deviceVotes;
    return votes >= quorum.needed && away.length < nodes.length && candidates.every(({ nodes: places }) => places.some((node) => !away.includes(node)));
  };

  /** Which nodes were at work together, at each begin, when nodes end in any order. */
  function fillUp(given: WaveFacts, order: readonly string[], limit: number, ends: readonly number[]): string[][] {
    let left = order;
    let atWork: string[] = [];
    return ends.flatMap((end) => {
      const next = atWork.length === 0 ? { node: left[0] } : atWork.length < limit ? nextBeside(given, left, atWork, limit) : { heldBack: [] };
      const node = 'node' in next ? next.node : undefined;
      if (node === undefined) {
        atWork = atWork.filter((_, index) => index !== end % atWork.length);
        return [];
      }
      left = left.filter((other) => other !== node);
      atWork = [...atWork, node];
      return [atWork];
    });
  }

  it('no wave of several takes a vote or a place too many, and every node is in one', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(anyFacts(14), ({ given, order, limit }) => {
        const waves = decideWaves(given, order, limit);
        expect(waves.flat().toSorted()).toEqual(order.toSorted());
        for (const wave of waves) {
          expect(wave.length).toBeLessThanOrEqual(limit);
          if (wave.length > 1) expect(keepsAll(given, wave)).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('filling up whenever any node is done never takes one too many either', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(anyFacts(9), fc.array(fc.nat(), { minLength: 30, maxLength: 30 }), ({ given, order, limit }, ends) => {
        const together = fillUp(given, order, limit, ends).filter((atWork) => atWork.length > 1);
        expect(together.filter((atWork) => !keepsAll(given, atWork))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('of a large cluster are as full as they can be: no node would fit into an earlier one', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(anyFacts(24), ({ given, order, limit }) => {
        fc.pre(order.length > 10);
        const waves = decideWaves(given, order, limit);
        const misplaced = waves.flatMap((wave, later) =>
          wave.filter((node) => waves.slice(0, later).some((earlier) => earlier.length < limit && keepsAll(given, [...earlier, node]))),
        );
        expect(misplaced).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('no other division of a small cluster has fewer waves', { timeout: 120_000 }, () => {
    /** Every way to part the nodes, tried one by one. */
    const fewest = (given: WaveFacts, nodes: readonly string[], limit: number): number => {
      const place = (index: number, waves: readonly (readonly string[])[]): number => {
        const node = nodes[index];
        if (node === undefined) return waves.length;
        const joined = waves.flatMap((wave, at) =>
          wave.length < limit && keepsAll(given, [...wave, node]) ? [place(index + 1, waves.with(at, [...wave, node]))] : [],
        );
        return Math.min(place(index + 1, [...waves, [node]]), ...joined);
      };
      return place(0, []);
    };
    fc.assert(
      fc.property(anyFacts(6), ({ given, order, limit }) => {
        expect(decideWaves(given, order, limit)).toHaveLength(fewest(given, order, limit));
      }),
      { numRuns: 2000 },
    );
  });
});
