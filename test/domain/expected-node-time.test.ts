import { describe, expect, it } from 'vitest';
import { expectNodeTime, nodeTimesOf, type NodeTime } from '../../domain/expected-node-time.js';
import { untouchedNode } from '../../domain/report.js';
import { exampleReport } from './example-report.js';

const took = (node: string, seconds: number, restarted = false): NodeTime => ({ node, at: new Date(0).toISOString(), ms: seconds * 1000, restarted });
const node1 = { node: 'node1', restart: false };

describe('how long a node is expected to take', () => {
  it('is a guess that says so while no report tells', () => {
    expect(expectNodeTime([], node1)).toEqual({ ms: 20 * 60_000, basis: 'a guess, since no earlier report tells' });
    expect(expectNodeTime([], { ...node1, restart: true }).ms).toBe(30 * 60_000);
  });

  it('is the median and twice the spread of its own earlier updates, which one that took for ever does not change', () => {
    const times = [took('node1', 100), took('node1', 120), took('node1', 140), took('node1', 9000), took('node2', 5)];
    expect(expectNodeTime(times, node1)).toEqual({ ms: 170_000, basis: '4 earlier updates of node1: median 2 min 10 s, spread 20 s' });
  });

  it('is that of all nodes while there are few of its own, and cautious while there are few at all', () => {
    expect(expectNodeTime([took('node1', 100), took('node2', 100), took('node3', 100)], node1)).toEqual({
      ms: 120_000,
      basis: '3 earlier updates of all nodes: median 1 min 40 s, spread 10 s',
    });
    expect(expectNodeTime([took('node2', 100)], node1).ms).toBe(200_000);
  });

  it('tells updates with a restart from those without', () => {
    const times = [took('node1', 10), took('node1', 600, true)];
    expect(expectNodeTime(times, { ...node1, restart: true }).ms).toBe(1_200_000);
    expect(expectNodeTime(times, node1).ms).toBe(20_000);
    expect(expectNodeTime([took('node1', 10)], { ...node1, restart: true })).toEqual({
      ms: 620_000,
      basis: '1 earlier update of all nodes: median 10 s, spread 5.0 s, and 10 min 0 s as a guess for its restart',
    });
  });

  it('is learned from the nodes of a report that succeeded, and from nothing that is no report', () => {
    const at = (minute: number) => new Date(minute * 60_000).toISOString();
    const report = exampleReport({
      nodes: [
        { ...untouchedNode('node1', 'Succeeded', null), startedAt: at(1), endedAt: at(3), restarts: [{ from: 'a', to: 'b', reasons: [] }] },
        { ...untouchedNode('node2', 'Succeeded', null), startedAt: at(3), endedAt: at(4) },
        { ...untouchedNode('node3', 'Failed', null), startedAt: at(4), endedAt: at(9) },
        untouchedNode('node4', 'Canceled', null),
      ],
    });
    expect(nodeTimesOf(JSON.parse(JSON.stringify(report)))).toEqual([
      { node: 'node1', at: at(3), ms: 120_000, restarted: true },
      { node: 'node2', at: at(4), ms: 60_000, restarted: false },
    ]);
    for (const other of [null, 'text', {}, { nodes: [{ node: 1 }] }]) expect(nodeTimesOf(other)).toEqual([]);
  });
});
