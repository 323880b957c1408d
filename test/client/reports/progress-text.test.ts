import { describe, expect, it } from 'vitest';
import { renderProgress } from '../../../client/reports/progress-text.js';
import { createWait } from '../../../domain/waits.js';
import type { NodeProgress, Progress } from '../../../domain/progress.js';
import { exampleRun } from '../../domain/example-cluster.js';

const at = (seconds: number) => new Date(seconds * 1000).toISOString();
const node = (name: string, changes: Partial<NodeProgress> = {}): NodeProgress => ({
  node: name,
  step: null,
  since: null,
  startedAt: null,
  detail: '',
  wait: null,
  outcome: null,
  action: 'update',
  updates: 3,
  ...changes,
});
const progress: Progress = {
  version: 9,
  cluster: 'example',
  run: exampleRun,
  phase: 'updating',
  since: at(5),
  startedAt: at(0),
  wait: null,
  outcome: null,
  failure: null,
  nodes: [
    node('node3', { step: 'done', startedAt: at(5), since: at(45), outcome: 'Succeeded' }),
    node('node1', { step: 'draining', startedAt: at(45), since: at(48), detail: 'waits: "web" is Stopping on node1; the cluster has actions pending' }),
    node('node2'),
    node('node4', { action: 'upToDate', updates: 0 }),
  ],
  roles: [
    { role: 'web', kind: 'primitive', on: ['node3'], moves: 1 },
    { role: 'db', kind: 'promotable', on: [], moves: 0 },
  ],
  commands: [],
};
const view = { colours: false, columns: 100, now: 55_000 };

describe('the live table', () => {
  it('shows nodes, steps, elapsed and expected times, and roles', () => {
    expect(renderProgress(progress, view)).toBe(
      [
        'Cluster example  updating  55 s, about 1 min 10 s left',
        '',
        'node   state           elapsed (expected)  updates  doing',
        'node3  Succeeded       40 s                3',
        'node1  draining 7.0 s  10 s (about 40 s)   3        waits: "web" is Stopping on node1; the cluster …',
        'node2  waiting         (about 40 s)        3',
        'node4  up to date                          0',
        '',
        'role  on       moves',
        'web   node3    1',
        'db    nowhere  0',
      ].join('\n'),
    );
  });

  it('says nothing of an expected time before a node has shown one', () => {
    const early = renderProgress({ ...progress, nodes: progress.nodes.slice(1) }, view);
    expect(early).not.toContain('about');
    expect(early).toMatch(/^Cluster example {2}updating {2}55 s\n/);
  });

  it('says what to expect by earlier runs until a node of this one has shown it', () => {
    const earlier = [{ node: 'node9', at: at(0), ms: 30_000, restarted: true }];
    const shown = renderProgress({ ...progress, nodes: progress.nodes.slice(1) }, { ...view, earlier });
    expect(shown).toMatch(/^Cluster example {2}updating {2}55 s, about 50 s left, by earlier runs\n/);
    expect(shown).toContain('10 s (about 30 s)');
  });

  it.each([60, 80, 200])('fits a terminal of %i columns', (columns) => {
    for (const line of renderProgress(progress, { ...view, columns }).split('\n')) expect(line.length).toBeLessThanOrEqual(Math.max(columns, 62));
  });

  it('of a run that is over shows how long it took, and no more what was expected', () => {
    const over = renderProgress({ ...progress, phase: 'done', since: at(90), outcome: 'Canceled' }, { ...view, now: 500_000 });
    expect(over).toMatch(/^Cluster example {2}Canceled {2}1 min 30 s\n/);
  });

  it('says what a run waits for', () => {
    const wait = createWait('resume', { by: 'me', why: 'lunch' }, new Date(45_000), 60_000);
    const shown = renderProgress({ ...progress, phase: 'paused', wait }, view);
    expect(shown).toContain(
      [
        'waiting: paused by me: lunch (for 10 s, 50 s left, until 1970-01-01T00:01:45.000Z)',
        '  then: the run ends in order, and nodes that are not begun are canceled',
        '  now: "cau resume" lets it go on, "cau stop" ends it',
      ].join('\n'),
    );
  });

  it('says what a node does for the run, such as a scan, once that lasts', () => {
    const scanning = (sinceMs: number) =>
      renderProgress(
        { ...progress, phase: 'scanning', wait: createWait('nodeStep', { node: 'node1', what: 'looks for updates' }, new Date(sinceMs), 600_000) },
        view,
      );
    expect(scanning(45_000)).toContain('waiting: node1 looks for updates (for 10 s, 9 min 50 s left');
    expect(scanning(54_000)).not.toContain('looks for updates');
  });

  it('says what a node waits for once that lasts', () => {
    const waits = (sinceMs: number) => [
      node('node1', { step: 'draining', startedAt: at(45), wait: createWait('drained', { node: 'node1' }, new Date(sinceMs), 600_000) }),
    ];
    expect(renderProgress({ ...progress, nodes: waits(45_000) }, view)).toContain('node1 waits: roles leave node1 (for 10 s, 9 min 50 s left');
    expect(renderProgress({ ...progress, nodes: waits(54_000) }, view)).not.toContain('node1 waits');
  });
});
