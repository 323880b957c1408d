import { describe, expect, it } from 'vitest';
import { createHoldTime, gatesAt, gateSchema, sliceMs, type Gate } from '../../domain/gates.js';
import { lookAtCluster, lookAtHttp, lookAtPrometheus, lookAtScript } from '../../domain/gate-looks.js';
import { exampleCluster, exampleInstance, exampleRole, withRoles } from './example-cluster.js';

const gate = <K extends Gate['kind']>(kind: K, more: object = {}) => gateSchema.parse({ name: 'g', kind, ...more }) as Extract<Gate, { kind: K }>;
const http = (more: object = {}) => gate('http', { url: 'http://shop.example/health', ...more });
const prometheus = (condition: string) => gate('prometheus', { url: 'http://prometheus.example:9090', query: 'up', condition });
const vector = (...values: string[]) => ({
  status: 200,
  body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) } }),
});

describe('a gate of the cluster', () => {
  const healthy = exampleCluster();
  const failed = { node: 'node1', resource: 'web', operation: 'monitor', reason: 'not running', id: 'web-monitor-1' };

  it('holds when every wanted role serves, nothing failed and nothing is under way', () => {
    expect(lookAtCluster(healthy, [])).toMatchObject({ holds: true });
    expect(lookAtCluster({ ...healthy, idle: false }, [])).toEqual({ holds: false, seen: 'the cluster has actions pending' });
  });

  it('counts what failed since the start of the run, and nothing from before', () => {
    const cluster = { ...healthy, failedActions: [failed] };
    expect(lookAtCluster(cluster, ['web-monitor-1']).holds).toBe(true);
    expect(lookAtCluster(cluster, ['web-monitor-0'])).toEqual({ holds: false, seen: 'monitor of "web" failed on node1: not running' });
  });

  it('names what serves nowhere, and what is on its way', () => {
    expect(lookAtCluster(withRoles(healthy, exampleRole('web', 'primitive', [])), []).seen).toContain('role "web" serves nowhere');
    const moving = exampleRole('web', 'primitive', [exampleInstance('web', 'node1', { state: 'Stopping' })]);
    expect(lookAtCluster(withRoles(healthy, moving), []).seen).toContain('"web" is Stopping on node1');
  });
});

describe('a gate of an address', () => {
  it.each([
    [{}, { status: 200, body: '' }, true, 'status 200'],
    [{}, { status: 302, body: '' }, true, 'status 302'],
    [{}, { status: 503, body: '' }, false, 'status 503'],
    [{ status: 204 }, { status: 200, body: '' }, false, 'status 200'],
    [{ status: 503 }, { status: 503, body: '' }, true, 'status 503'],
    [{ contains: 'ready' }, { status: 200, body: 'all ready' }, true, 'status 200, and the answer contains "ready"'],
    [{ contains: 'ready' }, { status: 200, body: 'secret' }, false, 'status 200, and the answer does not contain "ready"'],
    [{}, { error: 'connect ECONNREFUSED' }, false, 'no answer: connect ECONNREFUSED'],
  ])('%j that answers %j', (more, answer, holds, seen) => {
    expect(lookAtHttp(http(more), answer)).toEqual({ holds, seen });
  });
});

describe('a gate of Prometheus', () => {
  it.each([
    ['== 0', ['0'], true, '0 == 0'],
    ['== 0', ['0', '2'], false, '2, not == 0'],
    ['< 0.05', ['0.049'], true, '0.049 < 0.05'],
    ['<=5', ['5'], true, '5 <=5'],
    ['> -1', ['-1'], false, '-1, not > -1'],
    ['>= 1', ['+Inf'], true, '+Inf >= 1'],
    ['!= 0', ['NaN'], false, 'NaN, not != 0'],
    ['== 1', ['0', '0', '0', '0', '0'], false, '0, 0, 0 and 2 more, not == 1'],
  ])('with the condition %s and the values %j', (condition, values, _holds, seen) => {
    expect(lookAtPrometheus(prometheus(condition), vector(...values))).toEqual({
      holds: _holds && !seen.startsWith('+'),
      seen: _holds && seen.startsWith('+') ? '+Inf, not >= 1' : seen,
    });
  });

  it('does not hold when the query gives no value, since nobody knows then', () => {
    expect(lookAtPrometheus(prometheus('== 0'), vector())).toEqual({ holds: false, seen: 'the query gives no value' });
  });

  it('reads a scalar, and says what a server answered that has no result', () => {
    const scalar = { status: 200, body: JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [1, '3'] } }) };
    expect(lookAtPrometheus(prometheus('== 3'), scalar).holds).toBe(true);
    const broken = { status: 400, body: '{"status":"error","error":"parse error"}' };
    expect(lookAtPrometheus(prometheus('== 3'), broken)).toEqual({ holds: false, seen: `no result, status 400: ${broken.body}` });
    expect(lookAtPrometheus(prometheus('== 3'), { error: 'refused' }).holds).toBe(false);
  });
});

describe('a gate of a script', () => {
  it('holds with exit code 0, and shows its last line', () => {
    const end = { ended: 'exited', exitCode: 0, signal: null, ms: 5, output: '', outputCut: 0 } as const;
    expect(lookAtScript(end)).toEqual({ holds: true, seen: 'exit code 0' });
    expect(lookAtScript({ ...end, exitCode: 2, output: 'looking\n12 behind\n' })).toEqual({ holds: false, seen: 'exit code 2: 12 behind' });
    expect(lookAtScript({ ...end, ended: 'timedOut', exitCode: null, ms: 10_000 })).toEqual({ holds: false, seen: 'not done within 10 s, ended' });
  });
});

describe('how long a gate has held', () => {
  it('begins anew with every look that fails', () => {
    const held = createHoldTime();
    expect([held.see(true, 0), held.see(true, 900), held.see(false, 1000), held.see(true, 1100), held.see(true, 2300)]).toEqual([0, 900, null, 0, 1200]);
  });
});

describe('gates', () => {
  it('are for before a node, after it, or both, which is usual', () => {
    const gates = [http({ name: 'a', when: 'before' }), http({ name: 'b', when: 'after' }), http({ name: 'c' })];
    expect(gatesAt(gates, 'before').map(({ name }) => name)).toEqual(['a', 'c']);
    expect(gatesAt(gates, 'after').map(({ name }) => name)).toEqual(['b', 'c']);
  });

  it.each([60_000, 3_600_000, 86_400_000])('fill no history, however long they are waited for: %i ms', (timeoutMs) => {
    let looks = 0;
    for (let at = 0; at < timeoutMs; looks += 1) at += sliceMs(looks, timeoutMs);
    expect(looks).toBeLessThanOrEqual(64);
  });
});
