import { describe, expect, it } from 'vitest';
import type { ClusterDescription } from '../../domain/cluster.js';
import { defaultOptions } from '../../domain/options.js';
import { checkReadiness, findBlocker } from '../../domain/readiness/readiness.js';
import type { ReadinessFacts } from '../../domain/readiness/rule.js';
import { readinessRules } from '../../domain/readiness/rules.js';
import { exampleCluster, exampleInstance, exampleNode, exampleRole, withNodes, withRoles } from './example-cluster.js';

const healthy = exampleCluster();
const facts = (cluster: ClusterDescription, changes: Partial<ReadinessFacts> = {}): ReadinessFacts => ({
  cluster,
  nodes: cluster.nodes.map((node) => node.name),
  options: defaultOptions,
  scripts: [],
  workers: cluster.nodes.filter((node) => node.online).map((node) => ({ node: node.name, clockSkewMs: 0, stackStartsAtBoot: true })),
  ...changes,
});
const unhealthy: readonly (readonly [string, ReadinessFacts])[] = [
  ['cluster.quorum', facts({ ...healthy, quorum: { ...healthy.quorum, quorate: false, votes: 2 } })],
  ['cluster.version', facts({ ...healthy, software: ['pacemaker 2.0.5'] })],
  ['cluster.version', facts({ ...healthy, software: ['pacemaker 1.1.24'] })],
  ['quorum.margin', facts({ ...healthy, quorum: { ...healthy.quorum, votes: 4, needed: 4, withoutQuorum: 'suicide' } })],
  ['cluster.maintenance', facts({ ...healthy, maintenanceMode: true })],
  ['cluster.maintenance', facts({ ...healthy, stopAllResources: true })],
  ['cluster.maintenance', facts(withNodes(healthy, exampleNode('node1', { maintenance: true })))],
  ['roles.managed', facts(withRoles(healthy, exampleRole('web', 'group', [exampleInstance('web-ip', 'node1', { managed: false })])))],
  ['roles.managed', facts(withRoles(healthy, exampleRole('web', 'group', [exampleInstance('web-ip', 'node1', { failed: true, blocked: true })])))],
  ['fencing.device', facts({ ...healthy, fencing: { enabled: true, devices: [] } })],
  ['nodes.stable', facts(withNodes(healthy, exampleNode('node1', { unclean: true })))],
  ['nodes.known', facts(healthy, { nodes: ['node9'] })],
  ['nodes.known', facts(healthy, { options: { ...defaultOptions, order: ['node1', 'fewestRole'] } })],
  ['nodes.online', facts(withNodes(healthy, exampleNode('node1', { online: false })), { options: { ...defaultOptions, requireAllNodesOnline: true } })],
  [
    'nodes.online',
    facts(withNodes(healthy, exampleNode('node1', { online: false }), exampleNode('node2', { online: false })), {
      options: { ...defaultOptions, maxOfflineNodes: 1 },
    }),
  ],
  ['nodes.alone', facts(withNodes(healthy, ...['node2', 'node3', 'node4'].map((node) => exampleNode(node, { standby: true, standbyBy: 'operator' }))))],
  ['nodes.worker', facts(healthy, { workers: [] })],
  ['cluster.enabled', facts(healthy, { workers: healthy.nodes.map((node) => ({ node: node.name, clockSkewMs: 0, stackStartsAtBoot: false })) })],
  ['scripts.present', facts(healthy, { scripts: [{ node: 'node1', script: 'quiesce', problem: 'Script "quiesce": it does not exist.', digest: null }] })],
  ['nodes.clock', facts(healthy, { workers: healthy.nodes.map((node) => ({ node: node.name, clockSkewMs: 6000, stackStartsAtBoot: true })) })],
];

describe('readiness', () => {
  it('warns of what may not run somewhere, mostly since somebody forgot it', () => {
    const keptOut = [
      { resource: 'web', node: 'node2', because: 'ban' as const },
      { resource: 'db', node: 'node4', because: 'failures' as const },
    ];
    const findings = checkReadiness(facts({ ...healthy, keptOut })).filter(({ id }) => id === 'roles.kept-out');
    expect(findings.map(({ severity, message }) => [severity, message.replace(/:.*/, '')])).toEqual([
      ['warning', '"web" may not run on node2'],
      ['warning', '"db" may not run on node4'],
    ]);
    expect(findBlocker(findings)).toBeNull();
  });

  it('finds nothing blocking in a healthy cluster', () => {
    expect(findBlocker(checkReadiness(facts(healthy)))).toBeNull();
  });

  it.each(unhealthy)('is refused by rule %s, with what is wrong and what to do', (id, given) => {
    const failure = findBlocker(checkReadiness(given));
    expect(failure).toMatchObject({ code: 'NotReady', where: id });
    expect(failure?.message).toContain(`[${id}]`);
    expect(failure?.remedy).toMatch(/\S/);
  });

  it.each(unhealthy)('lets rule %s be skipped by its id, and says so', (id, given) => {
    const findings = checkReadiness({ ...given, options: { ...given.options, skipChecks: [id] } });
    expect(findings.filter((finding) => finding.id === id).every((finding) => finding.skipped)).toBe(true);
  });

  it.each([
    ['as many nodes are offline as may be', { maxOfflineNodes: 1 }, exampleNode('node1', { online: false })],
    ['more are offline and no limit is set', {}, exampleNode('node1', { online: false })],
  ])('refuses nothing when %s', (_title, options, node) => {
    expect(findBlocker(checkReadiness(facts(withNodes(healthy, node), { options: { ...defaultOptions, ...options } })))).toBeNull();
  });

  it.each(['pacemaker 2.1.0', 'pacemaker 2.1', 'pacemaker 2.1.10-1.fc40', 'pacemaker 3.0.0', 'pacemaker 10.0.0', 'pacemaker unknown', 'corosync 1.4.7'])(
    'refuses no cluster manager that is new enough, or of which it cannot tell: %s',
    (software) => {
      expect(findBlocker(checkReadiness(facts({ ...healthy, software: [software] })))).toBeNull();
      expect(findBlocker(checkReadiness(facts({ ...healthy, software: [] })))).toBeNull();
    },
  );

  it('lets the only node that can run roles be updated where an outage is allowed, or when it is not asked for', () => {
    const alone = withNodes(healthy, ...['node2', 'node3', 'node4'].map((node) => exampleNode(node, { standby: true, standbyBy: 'operator' })));
    expect(findBlocker(checkReadiness(facts(alone, { options: { ...defaultOptions, allowOutage: true } })))).toBeNull();
    expect(findBlocker(checkReadiness(facts(alone, { nodes: ['node2'] })))).toBeNull();
  });

  it('warns of fencing that is off without refusing', () => {
    const findings = checkReadiness(facts({ ...healthy, fencing: { enabled: false, devices: [] } }));
    expect(findings).toMatchObject([{ id: 'fencing.enabled', severity: 'warning' }]);
    expect(findBlocker(findings)).toBeNull();
  });

  it.each(['suicide', 'ignore'] as const)('shows what the loss of quorum would cost where it is more than stopped roles: %s', (withoutQuorum) => {
    const findings = checkReadiness(facts({ ...healthy, quorum: { ...healthy.quorum, withoutQuorum } }));
    expect(findings).toMatchObject([{ id: 'quorum.policy', severity: 'warning', message: expect.stringContaining(`no-quorum-policy=${withoutQuorum}`) }]);
  });

  it.each([
    ['no node has one', {}, 'none of them has a site'],
    ['some nodes have none', { node1: 'north', node2: 'south', node4: 'south' }, 'node3 has no site'],
    ['a listed one is nowhere', { node1: 'north', node2: 'north', node3: 'south', node4: 'south' }, 'No node is at site "west"; the sites are north, south'],
  ])('warns of sites that an order by site cannot use: %s', (_title, sites: Readonly<Record<string, string>>, words) => {
    const placed = withNodes(healthy, ...Object.entries(sites).map(([node, site]) => exampleNode(node, { site })));
    const listed = { ...defaultOptions, order: { sites: ['south', 'west'] } };
    const findings = checkReadiness(facts(placed, { options: listed }));
    expect(findings.map(({ id, severity, message }) => [id, severity, message])).toContainEqual(['nodes.site', 'warning', expect.stringContaining(words)]);
    expect(findBlocker(findings)).toBeNull();
    expect(checkReadiness(facts(placed))).toEqual([]);
  });

  it('has a scenario for every blocking rule', () => {
    const blocking = readinessRules.filter((rule) => rule.severity === 'blocking').map((rule) => rule.id);
    expect(new Set(unhealthy.map(([id]) => id))).toEqual(new Set(blocking));
  });
});
