import { describe, expect, it } from 'vitest';
import { elapsedOf, expectTime } from '../../domain/expected-time.js';
import type { NodeProgress } from '../../domain/progress.js';

const at = (seconds: number) => new Date(seconds * 1000).toISOString();
const waiting = (node: string, changes: Partial<NodeProgress> = {}): NodeProgress => ({
  node,
  step: null,
  since: null,
  startedAt: null,
  detail: '',
  wait: null,
  outcome: null,
  action: 'update',
  updates: 1,
  ...changes,
});
const done = (node: string, from: number, to: number, outcome: NodeProgress['outcome'] = 'Succeeded') =>
  waiting(node, { step: 'done', startedAt: at(from), since: at(to), outcome });
const working = (node: string, from: number) => waiting(node, { step: 'installing', startedAt: at(from), since: at(from + 1) });
const now = 100_000;

describe('the expected time of a run', () => {
  it('is not known before a node of this run has succeeded: nothing is made up', () => {
    expect(expectTime({ nodes: [working('node1', 90), waiting('node2')] }, now)).toEqual({ nodeMs: null, leftMs: null, isFromEarlierRuns: false });
    expect(expectTime({ nodes: [done('node1', 0, 10, 'Failed'), waiting('node2')] }, now)).toEqual({ nodeMs: null, leftMs: null, isFromEarlierRuns: false });
  });

  it('is what the nodes before took on average, less what the node at work has had', () => {
    const nodes = [done('node1', 0, 30), done('node2', 30, 80), working('node3', 80), waiting('node4')];
    expect(expectTime({ nodes }, now)).toEqual({ nodeMs: 40_000, leftMs: 20_000 + 40_000, isFromEarlierRuns: false });
  });

  it('never falls below nothing for a node that takes longer than those before it', () => {
    expect(expectTime({ nodes: [done('node1', 0, 10), working('node2', 10)] }, now)).toEqual({ nodeMs: 10_000, leftMs: 0, isFromEarlierRuns: false });
  });

  it('does not count nodes that are left alone', () => {
    const nodes = [done('node1', 0, 10), waiting('node2', { action: 'upToDate' }), waiting('node3', { action: 'skip' })];
    expect(expectTime({ nodes }, now)).toEqual({ nodeMs: 10_000, leftMs: null, isFromEarlierRuns: false });
  });

  it('is the median of earlier runs until a node of this one has succeeded, and says so', () => {
    const earlier = [{ ms: 20_000 }, { ms: 30_000 }, { ms: 500_000 }];
    const nodes = [working('node1', 90), waiting('node2')];
    expect(expectTime({ nodes }, now, earlier)).toEqual({ nodeMs: 30_000, leftMs: 20_000 + 30_000, isFromEarlierRuns: true });
    expect(expectTime({ nodes: [done('node3', 0, 10), ...nodes] }, now, earlier)).toEqual({ nodeMs: 10_000, leftMs: 10_000, isFromEarlierRuns: false });
  });
});

describe('the elapsed time of a node', () => {
  it.each([
    ['that is not begun: none', waiting('node1'), null],
    ['at work: until now', working('node1', 70), 30_000],
    ['that is done: what it took', done('node1', 10, 25), 15_000],
  ])('%s', (_title, node, ms) => {
    expect(elapsedOf(node, now)).toBe(ms);
  });
});
