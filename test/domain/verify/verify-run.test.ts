import { describe, expect, it } from 'vitest';
import type { Evidence, VerifiedRun } from '../../../domain/evidence.js';
import { verifyRun } from '../../../domain/verify/verify-run.js';
import { exampleCluster, exampleInstance, exampleNode, exampleRole, exampleRun, heldNode, otherRun, withNodes, withRoles } from '../example-cluster.js';
import {
  at,
  change,
  entry,
  goodEvidence,
  goodHistory,
  goodNodeReport,
  goodReport,
  goodRun,
  held,
  nodeEvidence,
  released,
  installation,
  nodeReports,
  notHolding,
  withNode,
  withoutNode,
} from './example-evidence.js';

const statesOf = (run: VerifiedRun, evidence: Evidence) => Object.fromEntries(verifyRun(run, evidence).map(({ id, state }) => [id, state]));

describe('a run that went well', () => {
  it('has every invariant hold', () => {
    expect(notHolding(goodRun(), goodEvidence())).toEqual([]);
  });

  it('without a report has all but the truth of the report', () => {
    expect(notHolding(goodRun(null), goodEvidence())).toEqual(['report.true cannotTell: there is no report: the run ended TERMINATED in Temporal']);
  });

  it('needs no records of a node that it did not touch', () => {
    expect(notHolding(goodRun(), withoutNode('node3'))).toEqual([]);
  });
});

describe.each<[string, VerifiedRun, Evidence, string]>([
  [
    'two nodes held at once',
    goodRun(),
    goodEvidence({ history: goodHistory.map((one) => (one.kind === 'released' && one.node === 'node1' ? released(350, 'node1') : one)) }),
    'nodes.atOnce broken: node2 was held at',
  ],
  [
    'two nodes held at once, begun while a third one was just about to be released',
    goodRun(null),
    goodEvidence({
      skewMs: 1000,
      cluster: exampleCluster({ quorum: { ...exampleCluster().quorum, needed: 1 } }),
      history: [
        ...goodHistory.filter(({ node, at: when }) => node !== 'node2' || when < at(0)),
        held(199.9, 'node2'),
        held(199.95, 'node3'),
        released(400, 'node2'),
        released(400, 'node3'),
      ],
    }),
    'nodes.atOnce broken: node3 was held at',
  ],
  [
    'two nodes held at once by a run of which nobody knows what it was allowed',
    goodRun(null, null),
    goodEvidence({
      cluster: exampleCluster({ quorum: { ...exampleCluster().quorum, needed: 1 } }),
      history: goodHistory.map((one) => (one.kind === 'released' && one.node === 'node1' ? released(350, 'node1') : one)),
    }),
    'nodes.atOnce cannotTell: node2 was held at',
  ],
  [
    'a role without a promoted copy',
    goodRun(),
    goodEvidence({ cluster: withRoles(exampleCluster(), exampleRole('db', 'promotable', [exampleInstance('db-srv', 'node2', { state: 'Unpromoted' })])) }),
    'roles.serve cannotTell: role "db" is wanted and is promoted nowhere at',
  ],
  [
    'a group of which only a part serves',
    goodRun(),
    goodEvidence({
      cluster: withRoles(
        exampleCluster(),
        exampleRole('web', 'group', [exampleInstance('web-ip', 'node1'), exampleInstance('web-srv', 'node1', { state: 'Stopped' })]),
      ),
    }),
    'roles.serve cannotTell: role "web" is wanted and serves in part only at',
  ],
  [
    'a hold while another run keeps a node',
    goodRun(),
    goodEvidence({ history: [...goodHistory, held(-50, 'node4', otherRun.firstExecutionRunId)] }),
    'nodes.atOnce broken: node1 was held at 2026-01-01T00:01:40.000Z while node4 was out: 2 of 4 votes were left in service, 3 are needed',
  ],
  [
    'a hold while another node is away',
    goodRun(),
    goodEvidence({ history: [...goodHistory, change(90, 'lost', { node: 'node4' })] }),
    'nodes.atOnce broken: node1 was held',
  ],
  [
    'work on a node that is not held',
    goodRun(),
    withNode('node1', { ledger: { gap: null, records: [entry('node1', 'install-apt', 250)] } }),
    'nodes.atOnce broken: the ledger of node1 has "install-apt" at 2026-01-01T00:04:10.000Z, while run',
  ],
  [
    'quorum lost as the run takes a node out',
    goodRun(),
    goodEvidence({ history: [...goodHistory, change(90, 'left', { node: 'node4' }), change(130, 'quorumLost')] }),
    'quorum.kept broken: the cluster lost its quorum at 2026-01-01T00:02:10.000Z, when node1, which the run held, left it in order',
  ],
  [
    'a role that serves nowhere',
    goodRun(),
    goodEvidence({
      cluster: withRoles(exampleCluster(), exampleRole('web', 'group', [])),
      history: [...goodHistory, change(110, 'roleLost', { role: 'web' })],
    }),
    'roles.serve broken: role "web" is wanted and serves nowhere at',
  ],
  [
    'a node still held',
    goodRun(),
    goodEvidence({ cluster: withNodes(exampleCluster(), heldNode('node2')) }),
    'nodes.resumed broken: node2 is still held by run',
  ],
  [
    'a lifted hold whose record is left',
    goodRun(),
    goodEvidence({ cluster: withNodes(exampleCluster(), exampleNode('node2', { hold: { run: exampleRun, intact: false, kept: null, releaseAfter: '30m' } })) }),
    'nodes.resumed broken: node2 still has the record of a hold',
  ],
  [
    'the lease not given back',
    goodRun(),
    goodEvidence({ cluster: exampleCluster({ lease: { run: exampleRun, releaseAfter: '30m' } }) }),
    'nodes.resumed broken: the lease of the cluster',
  ],
  [
    'an operator standby that the run lifted',
    goodRun(),
    goodEvidence({
      history: [...goodHistory, change(-5, 'standbyOn', { node: 'node3', by: 'operator' }), change(150, 'standbyOff', { node: 'node3', by: 'run' })],
    }),
    'operator.final broken: the standby that an operator had set on node3 was lifted by the run',
  ],
  [
    'an operator standby that is gone',
    goodRun(),
    goodEvidence({ history: [...goodHistory, change(-5, 'standbyOn', { node: 'node3', by: 'operator' })] }),
    'operator.final broken: node3 was in standby by the wish of an operator',
  ],
  [
    'work after an operator lifted the standby',
    goodRun(),
    goodEvidence({ history: [...goodHistory, change(112, 'standbyOff', { node: 'node1', by: 'operator' })] }),
    'operator.final broken: an operator lifted the standby of node1 at 2026-01-01T00:01:52.000Z, and the run began "restart" there',
  ],
  [
    'an update installed twice',
    goodRun(),
    withNode('node1', { installations: { gap: null, records: [installation(110), installation(115, { from: '1.1' })] } }),
    'work.once broken: node1 installed app 1.1 at',
  ],
  [
    'a boot that nobody accounts for',
    goodRun(),
    withNode('node1', { boots: { gap: null, records: [...nodeEvidence('node1').boots.records, { bootId: 'x', at: at(195), end: 'unknown' }] } }),
    'work.once broken: node1 booted at',
  ],
  [
    'a second restart without need',
    goodRun(
      goodReport({
        nodes: nodeReports(
          goodNodeReport('node1', { restarts: [...goodNodeReport('node1').restarts, { from: 'node1-boot-2', to: 'node1-boot-3', reasons: [] }] }),
        ),
      }),
    ),
    withNode('node1', {
      boots: { gap: null, records: [...nodeEvidence('node1').boots.records, { bootId: 'node1-boot-3', at: at(190), end: 'unknown' }] },
      ledger: { gap: null, records: [...nodeEvidence('node1').ledger.records, entry('node1', 'restart', 170, 2)] },
    }),
    'work.once broken: node1 booted at 2026-01-01T00:03:10.000Z (node1-bo) at the request of the run',
  ],
  [
    'an installation that only the report has',
    goodRun(),
    withNode('node1', { installations: { gap: null, records: [] } }),
    'report.true broken: the report has app 1.1 installed on node1, and its package log does not',
  ],
  [
    'an installation that the report does not have',
    goodRun(goodReport({ nodes: nodeReports(goodNodeReport('node1', { updates: [], installed: 0 })) })),
    goodEvidence(),
    'report.true broken: the package log of node1 has app 1.1 installed at',
  ],
  [
    'an installation that the report does not have, right before a restart',
    goodRun(goodReport({ nodes: nodeReports(goodNodeReport('node1', { updates: [], installed: 0 })) })),
    withNode('node1', { installations: { gap: null, records: [installation(128.7)] } }),
    'report.true broken: the package log of node1 has app 1.1 installed at 2026-01-01T00:02:08.700Z, and the report does not',
  ],
  [
    'success where a package was left half installed',
    goodRun(goodReport({ nodes: nodeReports(goodNodeReport('node1', { updates: [], installed: 0 })) })),
    withNode('node1', { installations: { gap: null, records: [installation(110, { isFinished: false })] } }),
    'report.true broken: the report has node1 Succeeded, and its package log has app 1.1 begun at',
  ],
  [
    'a count of updates that the log contradicts, where the list was cut',
    goodRun(goodReport({ nodes: nodeReports(goodNodeReport('node1', { updates: [], updatesCut: 2, installed: 2 })) })),
    goodEvidence(),
    'report.true broken: the report counts 2 installations on node1, its package log 1',
  ],
  [
    'a restart that only the report has',
    goodRun(),
    withNode('node1', { boots: { gap: null, records: nodeEvidence('node1').boots.records.slice(0, 1) } }),
    'report.true broken: the report has node1 restarted from boot',
  ],
  [
    'a boot under the hold that the report does not have',
    goodRun(goodReport({ nodes: nodeReports(goodNodeReport('node1', { restarts: [] })) })),
    goodEvidence(),
    'report.true broken: node1 booted at 2026-01-01T00:02:30.000Z (node1-bo), and the report does not say so',
  ],
  [
    'a hold that the report denies',
    goodRun(goodReport({ nodes: nodeReports(goodNodeReport('node1', { inMaintenanceMs: null })) })),
    goodEvidence(),
    'report.true broken: the history of the cluster has a hold of node1 by the run',
  ],
  [
    'a node kept in silence',
    goodRun(),
    goodEvidence({
      cluster: withNodes(exampleCluster(), heldNode('node2', exampleRun, { hold: { run: exampleRun, intact: true, kept: 'look at it', releaseAfter: '30m' } })),
    }),
    'report.true broken: the cluster has node2 kept by the run ("look at it"), and the report does not say so',
  ],
  [
    'a better outcome than that of its nodes',
    goodRun(goodReport({ nodes: nodeReports(goodNodeReport('node1', { outcome: 'Failed' })) })),
    goodEvidence(),
    'report.true broken: the report says Succeeded',
  ],
])('%s', (_title, run, evidence, words) => {
  it('is found, with the evidence', () => {
    expect(
      notHolding(run, evidence).some((line) => line.startsWith(words)),
      notHolding(run, evidence).join('\n'),
    ).toBe(true);
  });
});

describe('a record that is missing', () => {
  it.each([
    ['the package log', withNode('node1', { installations: { records: [], gap: 'there is no dpkg log' } }), ['work.once', 'report.true']],
    ['the boots', withNode('node1', { boots: { records: [], gap: 'no journal' } }), ['work.once', 'report.true']],
    ['everything of a node', withoutNode('node1'), ['nodes.atOnce', 'work.once', 'report.true']],
    ['the cluster now', goodEvidence({ cluster: null, noCluster: 'nobody has quorum' }), ['nodes.atOnce', 'roles.serve', 'nodes.resumed', 'report.true']],
    [
      'the history of the cluster',
      { ...goodEvidence(), nodes: goodEvidence().nodes.map((node) => ({ ...node, history: { scope: 'node' as const, records: [], gap: 'no log' } })) },
      ['nodes.atOnce', 'quorum.kept', 'operator.final', 'report.true'],
    ],
  ])('leaves open what only it could tell, and is never guessed: %s', (_title, evidence, open) => {
    const states = statesOf(goodRun(), evidence);
    expect(Object.keys(states).filter((id) => states[id] === 'cannotTell')).toEqual(open);
    expect(Object.values(states)).not.toContain('broken');
  });

  it('of a hold that is left while the guard is still cleaning up accuses nobody', () => {
    const evidence = goodEvidence({ cluster: withNodes(exampleCluster(), heldNode('node2')), isCleaningUp: true });
    expect(statesOf(goodRun(), evidence)['nodes.resumed']).toBe('cannotTell');
  });
});
