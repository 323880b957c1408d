import { describe, expect, it } from 'vitest';
import type { Evidence, VerifiedRun } from '../../../domain/evidence.js';
import type { ClusterChange } from '../../../domain/records.js';
import { exampleCluster, exampleNode, exampleRole, exampleRun, heldNode, otherRun, withNodes, withRoles } from '../example-cluster.js';
import {
  change,
  at,
  entry,
  goodEvidence,
  goodHistory,
  goodNodeReport,
  goodReport,
  goodRun,
  held,
  installation,
  nodeReports,
  notHolding,
  released,
  startedBefore,
  withNode,
} from './example-evidence.js';

/** The power of node1 is cut after its return, and it comes back by itself. */
const cutOff = (): Evidence =>
  goodEvidence({
    history: [...goodHistory, change(205, 'lost', { node: 'node1' }), change(220, 'joined', { node: 'node1' })],
    nodes: goodEvidence().nodes.map((node) =>
      node.node === 'node1'
        ? {
            ...node,
            boots: {
              gap: null,
              records: [
                ...node.boots.records.map((boot) => ({ ...boot, end: boot.bootId.endsWith('2') ? ('cut' as const) : boot.end })),
                { bootId: 'x', at: at(215), end: 'unknown' as const },
              ],
            },
          }
        : node,
    ),
  });

/** Node 4 lost its power while an earlier run, or the one before that, held node3; the others know that these ended. */
const endedUnseen = (...since: readonly ClusterChange[]): Evidence => {
  const before = (...changes: readonly ClusterChange[]) => [...startedBefore, ...changes, ...goodHistory.slice(startedBefore.length)];
  const evidence = goodEvidence({ history: before(...since) });
  const missed = before(held(-700, 'node3', 'run 1'), change(-650, 'lost', { node: 'node4' }));
  return {
    ...evidence,
    nodes: evidence.nodes.map((node) => ({
      ...node,
      history: { gap: null, scope: 'node' as const, records: node.node === 'node4' ? missed : node.history.records },
    })),
  };
};

/** The cable of node2 is cut before node1 is held: it takes all others for lost, loses its quorum, and is fenced or reconnected. */
const cutCable = (...ends: readonly ClusterChange[]): Evidence => {
  const evidence = goodEvidence({ history: [...goodHistory, change(90, 'lost', { node: 'node2' }), change(170, 'joined', { node: 'node2' }), ...ends] });
  const others = ['node1', 'node3', 'node4'];
  const ofNode2 = [
    ...goodHistory,
    ...others.map((node) => change(90.4, 'lost', { node })),
    change(90.5, 'quorumLost', { node: 'node2' }),
    ...others.map((node) => change(170, 'joined', { node })),
    change(171, 'quorumGained', { node: 'node2' }),
  ];
  return {
    ...evidence,
    cluster: exampleCluster({ quorum: { ...exampleCluster().quorum, needed: 2 } }),
    nodes: evidence.nodes.map((node) => ({
      ...node,
      history: {
        gap: null,
        scope: 'node' as const,
        records: (node.node === 'node2' ? ofNode2 : node.history.records).toSorted((left, right) => left.at.localeCompare(right.at)),
      },
    })),
  };
};

const twoAtOnce = goodEvidence({
  cluster: exampleCluster({ quorum: { ...exampleCluster().quorum, needed: 2 } }),
  history: goodHistory.map((one) => (one.kind === 'released' && one.node === 'node1' ? released(350, 'node1') : one)),
});

describe.each<[string, VerifiedRun, Evidence]>([
  ['a member that takes the others for lost while it is cut off itself', goodRun(null), cutCable()],
  ['a member that does so and is fenced', goodRun(null), cutCable(change(95, 'fenced', { node: 'node2' }))],
  ['two nodes at once of a run that was allowed as many, and left no report', goodRun(null, { limit: 2, allowOutage: false }), twoAtOnce],
  [
    'a hold after an operator has let a kept node serve again, whose record is left',
    goodRun(),
    goodEvidence({
      history: [
        ...goodHistory,
        held(-50, 'node4', otherRun.firstExecutionRunId),
        change(-40, 'kept', { node: 'node4', run: otherRun.firstExecutionRunId, by: 'run' }),
        change(-30, 'standbyOff', { node: 'node4', by: 'operator' }),
      ],
    }),
  ],
  [
    'what an administrator installs before the run does, and after it',
    goodRun(),
    withNode('node1', {
      installations: { gap: null, records: [installation(102, { name: 'vim' }), installation(110), installation(190, { name: 'htop' })] },
    }),
  ],
  ['a power cut while the node is a member', goodRun(null), cutOff()],
  [
    'a node that is fenced when it was released, while its roles settle',
    goodRun(goodReport({ nodes: nodeReports(goodNodeReport('node1', { endedAt: at(250) })) })),
    cutOff(),
  ],
  ['an earlier hold that ended while a member was away', goodRun(), endedUnseen(released(-600, 'node3', 'run 1'), change(-590, 'joined', { node: 'node4' }))],
  ['an earlier hold after which others followed', goodRun(), endedUnseen(change(-590, 'joined', { node: 'node4' }), released(-400, 'node3', 'run 2'))],
  [
    'quorum lost because nodes were lost',
    goodRun(),
    goodEvidence({ history: [...goodHistory, change(450, 'lost', { node: 'node3' }), change(451, 'lost', { node: 'node4' }), change(451, 'quorumLost')] }),
  ],
  [
    'an installation that was cut short, and done again',
    goodRun(),
    withNode('node1', { installations: { gap: null, records: [installation(110, { isFinished: false }), installation(115)] } }),
  ],
  [
    'what an interrupted installation got done without a result',
    goodRun(goodReport({ nodes: nodeReports(goodNodeReport('node1', { updates: [], installed: 0 })) })),
    withNode('node1', { ledger: { gap: null, records: [entry('node1', 'install-apt', 109, 1, false), entry('node1', 'restart', 129)] } }),
  ],
  [
    'what an installation gets done that had no end in its time, as the report says',
    goodRun(
      goodReport({
        outcome: 'NeedsAttention',
        nodes: nodeReports(
          goodNodeReport('node1', {
            outcome: 'NeedsAttention',
            kept: 'it may still be running',
            updates: [],
            installed: 0,
            failure: { code: 'InstallFailed', message: 'no end', remedy: 'look', where: 'node1', facts: { stillRunning: true } },
          }),
        ),
      }),
    ),
    goodEvidence(),
  ],
  [
    "the user's scripts, which run before the node is held and after it",
    goodRun(),
    withNode('node1', {
      ledger: {
        gap: null,
        records: [
          entry('node1', 'hook-preUpdate', 10),
          entry('node1', 'install-apt', 109),
          entry('node1', 'restart', 129),
          entry('node1', 'hook-postUpdate', 900),
        ],
      },
    }),
  ],
  [
    'a node that is kept, with a reason that the report has too',
    goodRun(goodReport({ outcome: 'NeedsAttention', nodes: nodeReports(goodNodeReport('node2', { outcome: 'NeedsAttention', kept: 'look at it' })) })),
    goodEvidence({
      cluster: withNodes(exampleCluster(), heldNode('node2', exampleRun, { hold: { run: exampleRun, intact: true, kept: 'look at it', releaseAfter: '30m' } })),
    }),
  ],
  [
    'a role that is down, as the report says',
    goodRun(
      goodReport({
        outcome: 'PartiallyFailed',
        nodes: nodeReports(goodNodeReport('node1', { outcome: 'Failed', failure: { code: 'RoleLost', message: 'gone', remedy: 'look', where: 'web' } })),
      }),
    ),
    goodEvidence({
      cluster: withRoles(exampleCluster(), exampleRole('web', 'group', [])),
      history: [...goodHistory, change(110, 'roleLost', { role: 'web' })],
    }),
  ],
  [
    'a role that was down before',
    goodRun(),
    goodEvidence({
      cluster: withRoles(exampleCluster(), exampleRole('web', 'group', [])),
      history: [...goodHistory, change(-110, 'roleLost', { role: 'web' })],
    }),
  ],
  [
    'an operator who ends his own standby',
    goodRun(),
    goodEvidence({
      history: [...goodHistory, change(-5, 'standbyOn', { node: 'node3', by: 'operator' }), change(450, 'standbyOff', { node: 'node3', by: 'operator' })],
    }),
  ],
  [
    'what another run holds now',
    goodRun(),
    goodEvidence({ cluster: withNodes(exampleCluster({ lease: { run: otherRun, releaseAfter: '30m' } }), heldNode('node2', otherRun)) }),
  ],
  [
    'a node that the run keeps while it works on the next, where the votes allow it',
    goodRun(null),
    goodEvidence({
      cluster: exampleCluster({ quorum: { ...exampleCluster().quorum, needed: 2 } }),
      history: [
        ...goodHistory.filter((one) => !(one.kind === 'released' && one.node === 'node1')),
        change(190, 'kept', { node: 'node1', run: exampleRun.firstExecutionRunId }),
      ],
    }),
  ],
  [
    'a power cut just before the node was held',
    goodRun(),
    withNode('node1', {
      boots: {
        gap: null,
        records: [
          { bootId: 'node1-boot-0', at: at(-2000), end: 'cut' },
          { bootId: 'node1-boot-1', at: at(99.5), end: 'inOrder' },
          { bootId: 'node1-boot-2', at: at(150), end: 'unknown' },
        ],
      },
      history: {
        gap: null,
        scope: 'cluster',
        records: [
          ...startedBefore,
          change(97, 'lost', { node: 'node1' }),
          change(99.8, 'joined', { node: 'node1' }),
          ...goodHistory.slice(startedBefore.length),
        ],
      },
    }),
  ],
  [
    'a restart after which the node lost its power before anybody saw it',
    goodRun(goodReport({ nodes: nodeReports(goodNodeReport('node1', { restarts: [{ from: 'node1-boot-1', to: 'node1-boot-3', reasons: [] }] })) })),
    withNode('node1', {
      boots: {
        gap: null,
        records: [
          { bootId: 'node1-boot-1', at: at(-2000), end: 'inOrder' },
          { bootId: 'node1-boot-2', at: at(140), end: 'cut' },
          { bootId: 'node1-boot-3', at: at(150), end: 'unknown' },
        ],
      },
    }),
  ],
  [
    'a kept node that somebody has taken back into service, as its report says',
    goodRun(goodReport({ outcome: 'NeedsAttention', nodes: nodeReports(goodNodeReport('node2', { outcome: 'NeedsAttention', kept: 'look at it' })) })),
    goodEvidence({
      cluster: withNodes(exampleCluster(), exampleNode('node2', { hold: { run: exampleRun, intact: false, kept: 'look at it', releaseAfter: '30m' } })),
    }),
  ],
])('%s', (_title, run, evidence) => {
  it('is not held against the run', () => {
    expect(notHolding(run, evidence).filter((line) => !line.startsWith('report.true cannotTell: there is no report'))).toEqual([]);
  });
});
