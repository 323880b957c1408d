import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchGate, type GateDependencies } from '../../activities/gate-activity.js';
import type { ClusterDescription } from '../../domain/cluster.js';
import { gateSchema, type GateAnswer } from '../../domain/gates.js';
import { exampleCluster, exampleRun } from '../domain/example-cluster.js';

const own = { cluster: 'c1', node: 'node1' };
let directory: string;
let server: Server;
/** What the address answers; each request is told how many there were before it. */
let answer: (request: number) => { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> };
let asked: string[];
let cluster: ClusterDescription;
let environment: MockActivityEnvironment;
let beats: unknown[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-gate-'));
  answer = () => ({ status: 200 });
  asked = [];
  cluster = exampleCluster();
  environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  beats = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  server = await listen((request, response) => {
    asked.push(request.url ?? '');
    const { status, body = '', headers = {} } = answer(asked.length - 1);
    response.writeHead(status, headers).end(body);
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true });
});

async function listen(act: RequestListener): Promise<Server> {
  const listening = createServer(act);
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return listening;
}
const address = (of = server) => `http://127.0.0.1:${(of.address() as AddressInfo).port}`;

const dependencies = (): GateDependencies => ({
  own,
  scripts: { directory, allowed: null },
  driver: { look: () => Promise.resolve({ sight: cluster, isIdle: () => Promise.resolve(cluster.idle) }) } as unknown as GateDependencies['driver'],
});

function watch(
  gate: object,
  { patienceMs = 0, leftMs = 20_000, failedBefore }: { patienceMs?: number; leftMs?: number; failedBefore?: string[] } = {},
): Promise<GateAnswer> {
  const parsed = gateSchema.parse({ name: 'g', every: '50ms', ...gate });
  const input = { ...own, run: exampleRun, gate: parsed, patienceMs, leftMs, ...(failedBefore === undefined ? {} : { failedBefore }) };
  return environment.run((given: typeof input) => watchGate(dependencies(), given), input);
}
/** The clock of the watch goes on by 100 ms with each look, however long that takes. */
const clockByLooks = () => vi.spyOn(performance, 'now').mockImplementation(() => asked.length * 100);
const http = (more: object = {}) => ({ kind: 'http', url: `${address()}/health`, ...more });

describe('a gate that is watched', () => {
  it('passes at once when it holds and need not hold for long', async () => {
    expect(await watch(http())).toEqual({ passed: true, seen: 'status 200', heldMs: 0 });
    expect(asked).toEqual(['/health']);
  });

  it('passes only after it has held for as long as it must, without a break', async () => {
    clockByLooks();
    // It holds three times, fails once, then holds for good.
    answer = (request) => ({ status: request === 3 ? 503 : 200 });
    expect(await watch(http({ holdFor: '400ms' }), { patienceMs: 5000 })).toEqual({ passed: true, seen: 'status 200, for 0.4 s of 400ms', heldMs: 400 });
    expect(asked).toHaveLength(4 + 5);
    expect(beats).toContain('status 503');
  });

  it('is given up for now when it does not hold and patience is over, with what was seen', async () => {
    clockByLooks();
    answer = () => ({ status: 503 });
    expect(await watch(http(), { patienceMs: 200 })).toEqual({ passed: false, seen: 'status 503', heldMs: 0 });
    expect(asked).toHaveLength(2);
  });

  it('that holds when patience is over is watched on, so that a long time of holding is seen in one', async () => {
    expect(await watch(http({ holdFor: '500ms' }), { patienceMs: 50 })).toMatchObject({ passed: true });
  });

  it('that holds, but not for long enough by its deadline, has not passed', async () => {
    expect(await watch(http({ holdFor: '5s' }), { patienceMs: 300, leftMs: 300 })).toMatchObject({ passed: false, seen: expect.stringContaining('of 5s') });
  });

  it('tells with each look what it saw, for whoever asks Temporal', async () => {
    answer = (request) => ({ status: 500 + Math.min(request, 2) });
    const watching = watch(http(), { patienceMs: 60_000 });
    await expect.poll(() => beats.length).toBeGreaterThanOrEqual(3);
    environment.cancel('WORKER_SHUTDOWN');
    await watching;
    expect(beats.slice(0, 3)).toEqual(['status 500', 'status 501', 'status 502']);
  });

  it('is answered by a worker that is ended with what was seen so far', async () => {
    answer = () => ({ status: 503 });
    const watching = watch(http(), { patienceMs: 60_000 });
    await expect.poll(() => asked.length).toBeGreaterThan(1);
    environment.cancel('WORKER_SHUTDOWN');
    expect(await watching).toEqual({ passed: false, seen: 'status 503', heldMs: 0 });
  });
});

describe('an address', () => {
  it('that leads elsewhere is not followed', async () => {
    answer = () => ({ status: 302, headers: { location: '/secret' } });
    expect(await watch(http({ status: 200 }))).toMatchObject({ passed: false, seen: 'status 302' });
    expect(asked).toEqual(['/health']);
  });

  it('that answers without an end is read no further than its first 64 KiB', async () => {
    const endless = await listen((_request, response) => {
      const write = () => response.write('x'.repeat(16_384), () => setImmediate(write));
      write();
    });
    expect(await watch({ kind: 'http', url: address(endless), contains: 'ready' })).toMatchObject({
      passed: false,
      seen: 'status 200, and the answer does not contain "ready"',
    });
    endless.closeAllConnections();
    endless.close();
  });

  it('that never answers does not hold, and is not waited for longer than three seconds', async () => {
    const silent = await listen(() => undefined);
    const seen = await watch({ kind: 'http', url: address(silent) });
    expect(seen).toEqual({ passed: false, seen: 'no answer: none within 3 s', heldMs: 0 });
    silent.closeAllConnections();
    silent.close();
  });

  it('where nobody listens does not hold', async () => {
    const gone = await listen(() => undefined);
    const url = address(gone);
    await new Promise((resolve) => gone.close(resolve));
    expect(await watch({ kind: 'http', url })).toMatchObject({ passed: false, seen: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('a query of Prometheus', () => {
  it('is asked of its API, and every value must fulfil the condition', async () => {
    const result = (...values: string[]) =>
      JSON.stringify({
        status: 'success',
        data: { resultType: 'vector', result: values.map((value) => ({ metric: { node: 'a' }, value: [1_700_000_000.5, value] })) },
      });
    answer = (request) => ({ status: 200, body: request === 0 ? result('0', '7') : result('0', '0') });
    const gate = { kind: 'prometheus', url: `${address()}/`, query: 'replica_lag{job="db"} > 0', condition: '== 0' };
    expect(await watch(gate)).toEqual({ passed: false, seen: '7, not == 0', heldMs: 0 });
    expect(await watch(gate)).toMatchObject({ passed: true, seen: '0, 0 == 0' });
    const [path, query] = asked[0]?.split('?') ?? [];
    expect(path).toBe('/api/v1/query');
    expect(new URLSearchParams(query).get('query')).toBe('replica_lag{job="db"} > 0');
  });
});

describe('a script', () => {
  async function put(text: string, mode = 0o755): Promise<void> {
    await writeFile(join(directory, 'check'), `#!/bin/sh\n${text}\n`);
    await chmod(join(directory, 'check'), mode);
  }

  it('is asked anew at each look, told for which gate', async () => {
    await put(`echo "$CAU_NODE $CAU_GATE"; [ -e ${directory}/ready ] || { touch ${directory}/ready; exit 1; }`);
    expect(await watch({ kind: 'command', script: 'check' }, { patienceMs: 5000 })).toEqual({ passed: true, seen: 'exit code 0: node1 g', heldMs: 0 });
    expect(beats).toContain('exit code 1: node1 g');
  });

  it('that the node must not run is refused', async () => {
    await put('true', 0o777);
    await expect(watch({ kind: 'command', script: 'check' })).rejects.toMatchObject({ code: 'RefusedByNode' });
  });
});

describe('the cluster', () => {
  it('must be well, old failures aside', async () => {
    const failedActions = [{ node: 'node1', resource: 'web', operation: 'monitor', reason: 'not running', id: 'old' }];
    cluster = { ...cluster, failedActions };
    expect(await watch({ kind: 'cluster' }, { failedBefore: ['old'] })).toMatchObject({ passed: true });
    expect(await watch({ kind: 'cluster' })).toMatchObject({ passed: false, seen: 'monitor of "web" failed on node1: not running' });
    cluster = { ...cluster, failedActions: [], idle: false };
    expect(await watch({ kind: 'cluster' })).toMatchObject({ passed: false, seen: 'the cluster has actions pending' });
  });

  it('is judged by no member without quorum', async () => {
    cluster = { ...cluster, witness: { ...cluster.witness, quorate: false } };
    await expect(watch({ kind: 'cluster' })).rejects.toMatchObject({ code: 'NoQuorumHere' });
  });
});
