import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NodeProgress, Progress } from '../../domain/progress.js';
import { scriptsOf, type MachineScripts } from '../helpers/scripts.js';
import { atRest, createWorld, expectAtRest, nodes, type World } from '../helpers/simulated-world.js';

let world: World;
let scripts: MachineScripts;
let server: Server;
/** The status with which the address of the gate answers. */
let status: number;
let requests: number;
/** What it answers to every query of Prometheus, and what was asked. */
let value: string;
let queries: (string | null)[];
beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    requests += 1;
    const { pathname, searchParams } = new URL(url, 'http://gate');
    response.writeHead(status);
    if (pathname !== '/api/v1/query') return void response.end();
    queries.push(searchParams.get('query'));
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1_700_000_000, value] }] } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world = await createWorld();
  scripts = scriptsOf(world.cluster);
  await scripts.put('is-open', 'echo "$CAU_NODE" >> $DIR/log; [ -e $DIR/open ] || { echo closed; exit 1; }', nodes);
});
afterAll(async () => {
  await world.stop();
  server.close();
});
beforeEach(async () => {
  status = 200;
  requests = 0;
  queries = [];
  await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
});

const http = (more: object = {}) => ({
  name: 'shop',
  kind: 'http' as const,
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  every: '200ms',
  ...more,
});
const options = (more: object = {}, gate: object = http()) => ({ gates: [gate], ...more }) as Parameters<World['start']>[0];
const only = { nodes: ['node3'] };
const two = { nodes: ['node3', 'node4'] };
const order = ['node3', 'node4'];
const nodeIn = (progress: Progress, node: string): NodeProgress | undefined => progress.nodes.find((one) => one.node === node);
const isGated = (node: string, step: 'gatesBefore' | 'gatesAfter') => (progress: Progress) =>
  nodeIn(progress, node)?.step === step && nodeIn(progress, node)?.wait?.reason.includes('status 503') === true;
/** How often the workflow of a node had a gate watched. */
const watchesOf = async (node: string) => {
  const { events } = await world.temporal.client.workflow.getHandle(`cau/node/${world.name}/${node}`).fetchHistory();
  return (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'watchGate').length;
};

describe('a gate', () => {
  it('that holds lets the run go on, and is looked at before each node and after it', async () => {
    const report = await world.run(options({ order }), two);
    expect(report.nodes.slice(0, 2).map(({ outcome }) => outcome)).toEqual(['Succeeded', 'Succeeded']);
    for (const { steps } of report.nodes) {
      const names = steps.map(({ step }) => step);
      expect(names.indexOf('gatesBefore')).toBeLessThan(names.indexOf('holding'));
      expect(names.indexOf('settling')).toBeLessThan(names.indexOf('gatesAfter'));
    }
    expect(requests).toBe(4);
  });

  it.each([
    ['before', 1],
    ['after', 1],
    ['both', 2],
  ] as const)('is looked at when it is for: %s', async (when, times) => {
    expect((await world.run(options({}, http({ when })), only)).nodes[0]?.outcome).toBe('Succeeded');
    expect(requests).toBe(times);
  });

  it('that never holds before a node keeps it from being touched: it fails with gate, node and what was seen last, and the others by the budget', async () => {
    status = 503;
    const before = await world.cluster.installedVersions('node3');
    const report = await world.run(options({ order, maxFailedNodes: 0 }, http({ timeout: '2s' })), two);
    expect(report.nodes[0]).toMatchObject({
      outcome: 'Failed',
      inMaintenanceMs: null,
      failure: {
        code: 'GateFailed',
        message: 'Gate "shop" (http) before node3 did not hold within 2s; last seen: status 503.',
        where: 'node3',
        facts: { gate: 'shop', time: 'before', seen: 'status 503' },
      },
      attempts: [{ step: 'gatesBefore', code: 'GateFailed' }],
    });
    expect(report.nodes[1]).toMatchObject({ outcome: 'Canceled', reason: '1 node failed, 0 may' });
    expect(await world.cluster.installedVersions('node3')).toEqual(before);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('that does not hold after a node makes it fail, serving, and the run goes on as far as the budget allows', async () => {
    status = 503;
    const handle = await world.start(options({ order, maxFailedNodes: 1 }, http({ when: 'after', timeout: '3s' })), two);
    await world.until(handle, isGated('node3', 'gatesAfter'));
    await world.until(handle, (progress) => nodeIn(progress, 'node3')?.outcome !== null);
    status = 200;
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Failed', installed: 1, kept: null, failure: { code: 'GateFailed', facts: { time: 'after' } } });
    expect(report.nodes[1]).toMatchObject({ outcome: 'Succeeded' });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('that does not hold yet is waited for: what was seen last, the deadline and what a person can do are shown; nothing is held meanwhile', async () => {
    status = 503;
    const handle = await world.start(options(), only);
    const progress = await world.until(handle, isGated('node3', 'gatesBefore'));
    expect(nodeIn(progress, 'node3')?.wait).toMatchObject({
      kind: 'gate',
      reason: 'gate "shop" before node3, last seen: status 503',
      next: expect.stringContaining('GateFailed'),
      operatorCan: expect.stringContaining('"cau stop --after step"'),
    });
    expect(nodeIn(progress, 'node3')?.detail).toBe('gate "shop", last seen: status 503');
    expect(world.cluster.description().nodes.every(({ hold }) => hold === null)).toBe(true);
    await expect.poll(() => requests, { timeout: 20_000 }).toBeGreaterThan(5);
    status = 200;
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Succeeded' });
    // One look, one watch of seconds, and one look after the node: never one for each time the address was asked.
    // On a busy machine a watch may be taken up late, and asked for once more.
    expect(await watchesOf('node3')).toBeLessThanOrEqual(4);
    expect(await watchesOf('node3')).toBeLessThan(requests);
  });

  it('must hold for as long as it is told, without a break', async () => {
    const began = Date.now();
    const handle = await world.start(options({}, http({ when: 'before', holdFor: '2s' })), only);
    await expect.poll(() => requests, { timeout: 20_000 }).toBeGreaterThan(3);
    status = 503;
    const seen = requests;
    await expect.poll(() => requests, { timeout: 20_000 }).toBeGreaterThan(seen + 1);
    const brokenAt = Date.now();
    status = 200;
    const report = await world.report(handle);
    const held = report.nodes[0]?.steps.find(({ step }) => step === 'holding')?.at ?? '';
    expect(report.nodes[0]?.outcome).toBe('Succeeded');
    expect(Date.parse(held)).toBeGreaterThan(brokenAt + 2000);
    expect(brokenAt).toBeGreaterThan(began);
  });

  it('is not waited for any longer when the run is told to stop', async () => {
    status = 503;
    const handle = await world.start(options({ order }), two);
    await world.until(handle, isGated('node3', 'gatesBefore'));
    expect(await world.say(handle, 'stop', { after: 'step' })).toMatchObject({ accepted: true });
    const report = await world.report(handle);
    expect(report.nodes.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(['Canceled', 'Canceled']));
    expect(report.nodes[0]).toMatchObject({ inMaintenanceMs: null });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('is watched on by another member when the worker that watched it dies', async () => {
    status = 503;
    const handle = await world.start(options(), only);
    await world.until(handle, isGated('node3', 'gatesBefore'));
    for (const node of ['node1', 'node2', 'node4']) await world.cluster.killWorker(node);
    const seen = requests;
    await expect.poll(() => requests, { timeout: 30_000 }).toBeGreaterThan(seen);
    status = 200;
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Succeeded', attempts: [] });
  });
});

describe('gates that are waited for together', () => {
  it('must all hold in the end: none counts for what it showed long before the last one', async () => {
    const door = { name: 'door', kind: 'command', script: 'is-open', when: 'before', every: '200ms' };
    const handle = await world.start(options({ gates: [http({ when: 'before' }), door] }), only);
    await expect.poll(() => requests, { timeout: 20_000 }).toBe(1);
    status = 503;
    const { since = '' } = nodeIn(await world.until(handle, (progress) => nodeIn(progress, 'node3')?.step === 'gatesBefore'), 'node3') ?? {};
    // What one showed counts for ten seconds.
    await expect.poll(() => Date.now() - Date.parse(since ?? ''), { timeout: 20_000, interval: 200 }).toBeGreaterThan(12_000);
    const open = join(scripts.directory('node3'), '..', 'open');
    await writeFile(open, '');
    await world.until(handle, isGated('node3', 'gatesBefore'));
    expect(world.cluster.description().nodes.every(({ hold }) => hold === null)).toBe(true);
    status = 200;
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Succeeded', attempts: [] });
    await rm(open);
  });
});

describe('a gate by a script', () => {
  it('runs the script of the node itself, until it ends with exit code 0', async () => {
    const gate = { name: 'door', kind: 'command', script: 'is-open', when: 'before', every: '200ms' };
    const handle = await world.start(options({}, gate), only);
    await world.until(handle, (progress) => nodeIn(progress, 'node3')?.wait?.reason.endsWith('last seen: exit code 1: closed') === true);
    expect(new Set(await scripts.log('node3'))).toEqual(new Set(['node3']));
    expect(await scripts.log('node1')).toEqual([]);
    const door = join(scripts.directory('node3'), '..', 'open');
    await writeFile(door, '');
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Succeeded' });
    await rm(door);
  });

  it('is refused before anything is touched where a node does not have it', async () => {
    const gates = [{ name: 'door', kind: 'command', script: 'missing' }];
    const failure = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'], gates } });
    expect(failure).toMatchObject({ code: 'NotReady', message: expect.stringContaining('[scripts.present] node1: Script "missing"') });
  });
});

describe('a gate by a query of Prometheus', () => {
  it('waits for its condition before the node is touched, with the value that was seen last, and for it again after the node', async () => {
    const { url } = http();
    const gate = { name: 'lag', kind: 'prometheus', url, query: 'max(replica_lag) > 0', condition: '< 5', every: '200ms' };
    value = '7';
    const handle = await world.start(options({}, gate), only);
    await world.until(handle, (progress) => nodeIn(progress, 'node3')?.wait?.reason === 'gate "lag" before node3, last seen: 7, not < 5');
    expect(world.cluster.description().nodes.every(({ hold }) => hold === null)).toBe(true);
    const before = queries.length;
    value = '0.5';
    const [node] = (await world.report(handle)).nodes;
    expect(node).toMatchObject({ outcome: 'Succeeded', attempts: [] });
    expect(node?.steps.map(({ step }) => step)).toContain('gatesAfter');
    expect(queries.length).toBeGreaterThanOrEqual(before + 2);
    expect(new Set(queries)).toEqual(new Set(['max(replica_lag) > 0']));
  });
});

describe('the gate of the cluster', () => {
  const calm = (more: object) => ({ name: 'calm', kind: 'cluster', every: '200ms', ...more });
  /** A stop that fails, and with it an action that stays failed until somebody cleans up. */
  async function failStop(): Promise<void> {
    world.cluster.refuseStop('web', 'node1', true);
    world.cluster.operatorStandby('node1', 'on');
    await world.cluster.until((cluster) => cluster.failedActions.length > 0);
    world.cluster.operatorStandby('node1', 'off');
  }
  async function cleanUp(): Promise<void> {
    world.cluster.refuseStop('web', 'node1', false);
    await world.cluster.until((cluster) => cluster.failedActions.length === 0 && cluster.idle);
  }

  it('does not count what had failed before the run', async () => {
    await failStop();
    const [node] = (await world.run(options({ skipChecks: ['roles.managed'] }, calm({ timeout: '5s', when: 'before' })), only)).nodes;
    await cleanUp();
    expect(node).toMatchObject({ outcome: 'Succeeded', attempts: [] });
  });

  it('counts what fails after the start of the run', async () => {
    const handle = await world.start(options({}, calm({ holdFor: '4s', timeout: '8s', when: 'before' })), only);
    await world.until(handle, (progress) => nodeIn(progress, 'node3')?.step === 'gatesBefore');
    await failStop();
    const [node] = (await world.report(handle)).nodes;
    await cleanUp();
    expect(node).toMatchObject({
      outcome: 'Failed',
      inMaintenanceMs: null,
      failure: {
        code: 'GateFailed',
        message: expect.stringMatching(/^Gate "calm" \(cluster\) before node3 did not hold for 4s within 8s; last seen: stop of "web" failed on node1/),
      },
    });
  });
});

describe('gates that contradict themselves', () => {
  it.each([
    [[{ name: 'a', kind: 'cluster', holdFor: '10m', timeout: '5m' }], '"a" can never pass: its holdFor (10m) must be shorter than its timeout (5m)'],
    [[1, 2].map(() => ({ name: 'a', kind: 'cluster' })), 'have two of the name "a"'],
    [[{ name: 'a', kind: 'cluster', every: '10ms' }], '"a" is looked at too often'],
    [[{ name: 'a', kind: 'moon' }], 'options.gates.0.kind'],
    [[{ name: 'a', kind: 'command', script: '/bin/sh' }], 'options.gates.0.script'],
    [[{ name: 'a', kind: 'prometheus', url: 'http://p', query: 'up', condition: 'is fine' }], 'a comparison with a number'],
  ])('%j are refused before anything is touched', async (gates, words) => {
    const failure = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'], gates } });
    expect(failure).toMatchObject({ code: 'InvalidInput', message: expect.stringContaining(words) });
  });
});
