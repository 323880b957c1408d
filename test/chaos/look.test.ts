import { describe, expect, it } from 'vitest';
import type { RoleInstance } from '../../domain/cluster.js';
import { createFailure } from '../../domain/errors.js';
import { untouchedNode, type NodeReport, type Report } from '../../domain/report.js';
import { exampleCluster, exampleRole, exampleRun, heldNode, withNodes, withRoles } from '../domain/example-cluster.js';
import { exampleReport } from '../domain/example-report.js';
import type { RunEvidence } from './evidence.js';
import { noExcuses } from './evidence.js';
import { findComplaints, findComplaintsAboutSuccess } from './look.js';
import { terms } from './terms.js';

const at = '2026-01-01T00:00:00.000Z';
const names = ['app', 'kernel', 'agent', 'lib'];
const log = names.map((name) => ({ at, bootId: 'a', name, from: '1.0', version: '1.1' }));
const node1: NodeReport = {
  ...untouchedNode('node1', 'Succeeded', null),
  updates: names.map((name) => ({ name, from: '1.0', to: '1.1', outcome: 'succeeded' })),
  restarts: [{ from: 'a', to: 'b', reasons: ['kernel'] }],
};
const reportOf = (node: NodeReport, changes: Partial<Report> = {}): RunEvidence['end'] => ({
  kind: 'report',
  report: exampleReport({ nodes: [node], ...changes }),
});
const cluster = exampleCluster();
const sight = { at: 0, isQuorate: true, held: [], offline: [], steered: [] };
const webOn = (node: string): RoleInstance => ({ resource: 'web-srv', node, state: 'Started', managed: true, blocked: false, failed: false });
const well: RunEvidence = {
  workflowId: 'chaos/1',
  terms: terms.usual,
  nodes: ['node1'],
  version: '1.1',
  end: reportOf(node1),
  events: [],
  isGuardClosed: true,
  verification: null,
  sights: [sight],
  description: withRoles(cluster, exampleRole('web', 'group', [webOn('node1')])),
  installs: { node1: log },
  boots: {
    node1: [
      { at, bootId: 'a' },
      { at, bootId: 'b' },
    ],
  },
  installed: { node1: Object.fromEntries(names.map((name) => [name, '1.1'])) },
};
const kept = { ...node1, outcome: 'NeedsAttention', kept: 'web cannot be stopped' } as const;
const keptNode = heldNode('node1', exampleRun, { hold: { run: exampleRun, intact: true, kept: 'web cannot be stopped', releaseAfter: '30m' } });

const verificationThat = (state: 'broken' | 'cannotTell'): RunEvidence['verification'] => ({
  version: 1,
  cluster: 'example',
  run: exampleRun,
  at,
  state,
  findings: [{ invariant: 1, id: 'all.well', title: 'All is well', state, broken: state === 'broken' ? ['it is not'] : [], unknown: ['who knows'], basis: '' }],
  witnesses: [],
  silent: [],
});

describe("the suite's own look at what a run left", () => {
  it('has nothing to say of a run that did all it should', () => {
    expect(findComplaints(well, noExcuses)).toEqual([]);
    expect(findComplaintsAboutSuccess(well)).toEqual([]);
  });

  it('has nothing against a node that is kept with a reason, and of which the report says so', () => {
    expect(findComplaints({ ...well, end: reportOf(kept), description: withNodes(cluster, keptNode) }, noExcuses)).toEqual([]);
  });

  it.each<[string, Partial<RunEvidence>, RegExp]>([
    ['does not end', { end: { kind: 'hung', pending: ['node1'] } }, /did not end: node1/],
    ['shows a defect', { end: { kind: 'failed', failure: createFailure('Unexpected', 'oops') } }, /a defect/],
    ['leaves its guard', { isGuardClosed: false }, /guard is still there/],
    ['leaves its lease', { description: { ...cluster, lease: { run: exampleRun, releaseAfter: '30m' } } }, /lease is still held/],
    ['leaves a role steered', { description: { ...cluster, preferences: [{ role: 'web', node: 'node2', score: 1 }] } }, /web is still steered to node2/],
    ['leaves a node held', { description: withNodes(cluster, heldNode('node1')) }, /node1 is left in maintenance mode/],
    ['keeps a node without a word in the report', { description: withNodes(cluster, keptNode) }, /node1 is left in maintenance mode/],
    ['says that it keeps a node and does not', { end: reportOf(kept) }, /node1 is said to be kept/],
    ['leaves a role down', { description: withRoles(cluster, exampleRole('web', 'group', [])) }, /web does not serve/],
    ['leaves no copy promoted', { description: withRoles(cluster, exampleRole('db', 'promotable', [])) }, /db does not serve/],
    [
      'leaves a node without its instance of a clone',
      { description: withRoles(cluster, exampleRole('ca-web', 'clone', [])) },
      /ca-web has no instance on node2/,
    ],
    ['installs something twice', { installs: { node1: [...log, ...log.slice(0, 1)] } }, /installed app 1\.1 twice/],
    ['reports what was not installed', { installs: { node1: log.slice(1) } }, /says that node1 installed app 1\.1; its log does not/],
    ['installs what it does not report', { end: reportOf({ ...node1, updates: node1.updates.slice(1) }) }, /installed app 1\.1; the report does not say so/],
    ['leaves something old and says that all is well', { installed: { node1: { app: '1.0' } } }, /app is still 1\.0/],
    ['restarts a node without telling', { end: reportOf({ ...node1, restarts: [] }) }, /booted 1 times: the report tells of 0/],
    ['tells of a restart that never was', { boots: { node1: [{ at, bootId: 'a' }] } }, /tells of a restart of node1 from a to b/],
    ['holds two nodes at once', { sights: [sight, { ...sight, held: ['node1', 'node2'] }] }, /node1 and node2 were held/],
    ['holds three nodes where two may be', { terms: terms.steered, sights: [{ ...sight, held: ['node1', 'node3', 'node5'] }] }, /node3 and node5 were held/],
    [
      'holds both nodes with a copy of a role',
      { terms: terms.steered, sights: [{ ...sight, held: ['node2', 'node4'] }] },
      /node2 and node4, all that have a copy of db/,
    ],
    ['costs the quorum', { sights: [{ ...sight, isQuorate: false, offline: ['node1', 'node2'] }] }, /quorum was lost, with node1 and node2 offline/],
    ['does not pass "cau verify"', { verification: verificationThat('broken') }, /verified: "All is well" is broken: it is not/],
  ])('complains of a run that %s', (_what, changes, complaint) => {
    expect(findComplaints({ ...well, ...changes }, noExcuses).join('\n')).toMatch(complaint);
  });

  it('has nothing against two nodes held at once where that is asked for', () => {
    expect(findComplaints({ ...well, terms: terms.steered, sights: [{ ...sight, held: ['node1', 'node4'] }] }, noExcuses)).toEqual([]);
  });

  it('excuses what the faults explain, and no more', () => {
    const rebooted = { ...well, boots: { node1: [...(well.boots['node1'] ?? []), { at, bootId: 'c' }] }, sights: [{ ...sight, isQuorate: false }] };
    expect(findComplaints(rebooted, { boots: { node1: 1 }, quorum: true })).toEqual([]);
    expect(findComplaints(rebooted, { boots: { node2: 1 }, quorum: true })).toHaveLength(1);
  });

  it.each<[string, Partial<RunEvidence>]>([
    ['an outcome that is not success', { end: reportOf(node1, { outcome: 'PartiallyFailed' }) }],
    ['an update that is left', { installs: { node1: log.slice(1) } }],
    ['an invariant that cannot be told', { verification: verificationThat('cannotTell') }],
    ['a role away from home', { terms: terms.steered, description: withRoles(cluster, exampleRole('web', 'primitive', [webOn('node3')])) }],
    ['a restart too many', { end: reportOf({ ...node1, restarts: [...node1.restarts, ...node1.restarts] }) }],
  ])('accepts no %s of a run to which nothing but kills happened', (_what, changes) => {
    expect(findComplaintsAboutSuccess({ ...well, ...changes })).toHaveLength(1);
  });
});
