/** A run over two of four nodes that went well, and what everybody recorded of it: a start for tests that break a record. */
import { clusterChange, type ClusterChange } from '../../../domain/records.js';
import { defaultOptions, effectiveOptions } from '../../../domain/options.js';
import { termsOf } from '../../../domain/verify/request.js';
import { verifyRun } from '../../../domain/verify/verify-run.js';
import { untouchedNode, type NodeReport, type Report } from '../../../domain/report.js';
import type { Evidence, NodeEvidence, RunTerms, VerifiedRun } from '../../../domain/evidence.js';
import { exampleCluster, exampleRun } from '../example-cluster.js';
import { exampleReport } from '../example-report.js';

/** The time so many seconds after the start of the run. */
export const at = (seconds: number) => new Date(Date.parse('2026-01-01T00:00:00.000Z') + seconds * 1000).toISOString();

/** A change of the cluster at that second. */
export const change = (seconds: number, kind: ClusterChange['kind'], more: Partial<ClusterChange> = {}) => clusterChange({ at: at(seconds), kind, ...more });
export const held = (seconds: number, node: string, run = exampleRun.firstExecutionRunId) => change(seconds, 'held', { node, run, by: 'run' });
export const released = (seconds: number, node: string, run = exampleRun.firstExecutionRunId) => change(seconds, 'released', { node, run, by: 'run' });

const names = ['node1', 'node2', 'node3', 'node4'];
/** When the run began and ended with a node. */
const times: Readonly<Record<string, readonly [number, number]>> = { node1: [100, 200], node2: [300, 400] };

/** What the history begins with: all nodes joined, long ago. */
export const startedBefore: readonly ClusterChange[] = [...names.map((node) => change(-1000, 'joined', { node })), change(-1000, 'quorumGained')];

/** The history of the cluster: each node in turn held, restarted and released. */
export const goodHistory: readonly ClusterChange[] = [
  ...startedBefore,
  ...Object.entries(times).flatMap(([node, [from, to]]) => [
    held(from, node),
    change(from + 30, 'left', { node }),
    change(from + 60, 'joined', { node }),
    released(to, node),
  ]),
];

/** What a node recorded: one installation and one restart, where the run worked on it. */
export function nodeEvidence(node: string, changes: Partial<NodeEvidence> = {}): NodeEvidence {
  const [from] = times[node] ?? [null];
  const first = { bootId: `${node}-boot-1`, at: at(-2000), end: 'inOrder' as const };
  const whole = { gap: null };
  return {
    node,
    at: at(600),
    bootId: from === null ? `${node}-boot-1` : `${node}-boot-2`,
    boots: { ...whole, records: from === null ? [first] : [first, { bootId: `${node}-boot-2`, at: at(from + 50), end: 'unknown' }] },
    installations: { ...whole, records: from === null ? [] : [{ plugin: 'apt', name: 'app', from: '1.0', to: '1.1', at: at(from + 10), isFinished: true }] },
    ledger: { ...whole, records: from === null ? [] : [entry(node, 'install-apt', from + 9), entry(node, 'restart', from + 29)] },
    history: { ...whole, scope: 'cluster', records: [...goodHistory] },
    ...changes,
  };
}

/** An operation of the run in a node's ledger. */
export function entry(node: string, step: string, seconds: number, boot = 1, hasResult = step !== 'restart') {
  return { operationId: `${exampleRun.firstExecutionRunId}/${node}/${step}/${boot}`, step, at: at(seconds), bootId: `${node}-boot-${boot}`, hasResult };
}

export function goodNodeReport(node: string, changes: Partial<NodeReport> = {}): NodeReport {
  const [from, to] = times[node] ?? [0, 0];
  return {
    ...untouchedNode(node, 'Succeeded', null),
    startedAt: at(from - 1),
    endedAt: at(to + 1),
    inMaintenanceMs: (to - from) * 1000,
    passes: 1,
    steps: [
      { step: 'preparing', at: at(from - 1), ms: 1000 },
      { step: 'holding', at: at(from), ms: (to - from) * 1000 },
    ],
    updates: [{ name: 'app', from: '1.0', to: '1.1', outcome: 'succeeded' }],
    installed: 1,
    restarts: [{ from: `${node}-boot-1`, to: `${node}-boot-2`, reasons: ['new kernel'] }],
    ...changes,
  };
}

export function goodReport(changes: Partial<Report> = {}): Report {
  return exampleReport({
    startedAt: at(0),
    endedAt: at(500),
    options: effectiveOptions({}, defaultOptions),
    driver: 'pacemaker',
    nodes: [goodNodeReport('node1'), goodNodeReport('node2'), untouchedNode('node3', 'UpToDate', null), untouchedNode('node4', 'UpToDate', null)],
    ...changes,
  });
}

export function goodRun(report: Report | null = goodReport(), terms: RunTerms | null = { limit: 1, allowOutage: false }): VerifiedRun {
  return {
    cluster: 'example',
    run: exampleRun,
    startedAt: at(0),
    endedAt: at(500),
    report,
    terms: report === null ? terms : termsOf(report.options.values),
    noReport: report === null ? 'the run ended TERMINATED in Temporal' : null,
  };
}

/** The evidence, with some of it replaced; `history` is what every node tells. */
export function goodEvidence(changes: Partial<Evidence> & { readonly history?: readonly ClusterChange[] } = {}): Evidence {
  const { history, ...others } = changes;
  const evidence: Evidence = {
    at: at(600),
    cluster: exampleCluster(),
    noCluster: null,
    nodes: names.map((node) => nodeEvidence(node)),
    silent: [],
    skewMs: 0,
    isCleaningUp: false,
    ...others,
  };
  if (history === undefined) return evidence;
  const sorted = history.toSorted((left, right) => left.at.localeCompare(right.at));
  return { ...evidence, nodes: evidence.nodes.map((node) => ({ ...node, history: { ...node.history, records: sorted } })) };
}

/** The evidence with one node's records replaced. */
export function withNode(node: string, changes: Partial<NodeEvidence>): Evidence {
  const evidence = goodEvidence();
  return { ...evidence, nodes: evidence.nodes.map((one) => (one.node === node ? { ...one, ...changes } : one)) };
}

/** The evidence without what one node would have said. */
export function withoutNode(node: string): Evidence {
  const evidence = goodEvidence();
  return { ...evidence, nodes: evidence.nodes.filter((one) => one.node !== node), silent: [{ node, why: 'it is down' }] };
}

/** A line for each invariant that does not hold, with what was said of it. */
export const notHolding = (run: VerifiedRun, evidence: Evidence) =>
  verifyRun(run, evidence)
    .filter(({ state }) => state !== 'holds')
    .map(({ id, state, broken, unknown }) => `${id} ${state}: ${[...broken, ...unknown].join(' | ')}`);

/** An installation of the update of this run, at that second. */
export const installation = (seconds: number, more: object = {}) => ({
  plugin: 'apt',
  name: 'app',
  from: '1.0',
  to: '1.1',
  at: at(seconds),
  isFinished: true,
  ...more,
});

/** The nodes of the good report, some of them replaced. */
export const nodeReports = (...replaced: readonly NodeReport[]) => goodReport().nodes.map((node) => replaced.find((one) => one.node === node.node) ?? node);
