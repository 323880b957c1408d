import { describe, expect, it } from 'vitest';
import { countDoubt, decideHoldRelease, decideLeaseRelease, reasonToKeep, type Doubt, type RunKnowledge } from '../../domain/release.js';
import { exampleCluster, exampleInstance, exampleRole, exampleRun, heldNode, otherRun, withNodes, withRoles } from './example-cluster.js';

const at = (minutes: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + minutes * 60_000);
const doubt = (forMinutes: number, kind: Doubt['kind'] = 'away'): Doubt => ({
  run: exampleRun,
  kind,
  since: at(0).toISOString(),
  at: at(forMinutes).toISOString(),
  forMs: forMinutes * 60_000,
});
const hold = { run: exampleRun, kept: null, intact: true, releaseAfter: '30m' };
const open: RunKnowledge = { kind: 'open' };
const over: RunKnowledge = { kind: 'closed', cleaner: null };
const cleaned: RunKnowledge = { kind: 'closed', cleaner: 'cau/guard/example' };
const unknown: RunKnowledge = { kind: 'unknown' };
const unreachable: RunKnowledge = { kind: 'unreachable' };

describe('a node that is held by a run', () => {
  it.each<[string, string | null, RunKnowledge, Doubt | null, 'leave' | 'wait' | 'release']>([
    ['that is open stays held, however long that lasts', null, open, null, 'leave'],
    ['that is over, with nobody to clean up, is released at once', null, over, null, 'release'],
    ['that is over and has a guard is left to that first', null, cleaned, doubt(29, 'cleaning'), 'wait'],
    ['that is over and whose guard does nothing is released in the end', null, cleaned, doubt(30, 'cleaning'), 'release'],
    ['that Temporal does not know any more waits', null, unknown, doubt(0), 'wait'],
    ['that Temporal has not known for releaseAfter is released', null, unknown, doubt(30), 'release'],
    ['while Temporal is away for minutes stays held', null, unreachable, doubt(29.9), 'wait'],
    ['while Temporal is away for releaseAfter is released', null, unreachable, doubt(30), 'release'],
    ['and was kept on purpose stays so, although the run is over', 'its disk is broken', over, null, 'leave'],
    ['and was kept on purpose stays so, although the run is unknown', 'its disk is broken', unknown, doubt(1000), 'leave'],
  ])('%s', (_title, kept, knowledge, counted, act) => {
    expect(decideHoldRelease({ ...hold, kept }, knowledge, counted, at(30)).act).toBe(act);
  });

  it('and was kept, but whose standby an operator has ended since, gives back the record as well', () => {
    expect(decideHoldRelease({ ...hold, kept: 'its disk is broken', intact: false }, over, null, at(30)).act).toBe('release');
    expect(decideHoldRelease({ ...hold, kept: 'its disk is broken', intact: false }, open, null, at(30)).act).toBe('leave');
  });

  it('says since when and until when it waits', () => {
    expect(decideHoldRelease(hold, unknown, doubt(10), at(10))).toEqual({
      act: 'wait',
      because: `Temporal knows no run ${exampleRun.workflowId}`,
      since: at(0).toISOString(),
      until: at(30).toISOString(),
    });
  });

  it('is kept instead, where a release would do harm: a role that could not be stopped, or one that runs unknown to the cluster', () => {
    const cluster = withNodes(exampleCluster(), heldNode('node1'));
    expect(reasonToKeep(cluster, 'node1', [])).toBeNull();
    expect(reasonToKeep(cluster, 'node1', ['web-srv'])).toContain('web-srv runs on node1');
    const blocked = withRoles(cluster, exampleRole('web', 'group', [exampleInstance('web-srv', 'node1', { blocked: true })]));
    expect(reasonToKeep(blocked, 'node1', [])).toContain('could not stop "web-srv"');
    expect(reasonToKeep(blocked, 'node2', [])).toBeNull();
  });
});

describe('the lease of a run', () => {
  const lease = { run: exampleRun, releaseAfter: '30m' };
  it.each<[string, ReturnType<typeof exampleCluster>, RunKnowledge, Doubt | null, 'leave' | 'wait' | 'release']>([
    ['that is open stays', exampleCluster(), open, null, 'leave'],
    ['that is over is dropped', exampleCluster(), over, null, 'release'],
    ['that is over stays while that run still holds a node', withNodes(exampleCluster(), heldNode('node1')), over, null, 'leave'],
    ['that is over is dropped also when a node of it was kept', withNodes(exampleCluster(), keptNode('node1')), over, null, 'release'],
    ['that is over is dropped although another run holds a node', withNodes(exampleCluster(), heldNode('node1', otherRun)), over, null, 'release'],
    ['that is over and has a guard is left to that', exampleCluster(), cleaned, doubt(1, 'cleaning'), 'wait'],
    ['that is unknown waits for releaseAfter', exampleCluster(), unknown, doubt(29), 'wait'],
    ['that is unknown for releaseAfter is dropped', exampleCluster(), unknown, doubt(30), 'release'],
  ])('%s', (_title, cluster, knowledge, counted, act) => {
    expect(decideLeaseRelease(lease, cluster, knowledge, counted, at(30)).act).toBe(act);
  });

  function keptNode(name: string) {
    return heldNode(name, exampleRun, { hold: { run: exampleRun, intact: true, kept: 'its disk is broken', releaseAfter: '30m' } });
  }
});

describe('the time for which a run is in doubt', () => {
  it('is counted from look to look, whether Temporal does not know it or does not answer', () => {
    let counted: Doubt | null = null;
    for (const [minute, knowledge] of [unknown, unreachable, unknown].entries()) counted = countDoubt(counted, exampleRun, knowledge, at(minute));
    expect(counted).toEqual(doubt(2));
  });

  it('ends when the run is known, and begins anew after that', () => {
    expect(countDoubt(doubt(20), exampleRun, open, at(21))).toBeNull();
    expect(countDoubt(doubt(20), exampleRun, over, at(21))).toBeNull();
    expect(countDoubt(null, exampleRun, unknown, at(22))).toMatchObject({ since: at(22).toISOString(), forMs: 0 });
  });

  it('goes on over a restart of the worker, but the time in which nobody looked counts for a minute only', () => {
    expect(countDoubt(doubt(20), exampleRun, unreachable, at(20.5))?.forMs).toBe(20.5 * 60_000);
    expect(countDoubt(doubt(20), exampleRun, unreachable, at(600))?.forMs).toBe(21 * 60_000);
  });

  it('is not made longer or shorter by a clock that is set', () => {
    expect(countDoubt(doubt(20), exampleRun, unreachable, at(-600))?.forMs).toBe(20 * 60_000);
    expect(countDoubt(doubt(20), exampleRun, unreachable, at(100_000))?.forMs).toBe(21 * 60_000);
  });

  it('is not what a guard has to clean up, nor that of another run', () => {
    expect(countDoubt(doubt(20), exampleRun, cleaned, at(21))).toMatchObject({ kind: 'cleaning', forMs: 0 });
    expect(countDoubt(doubt(20), otherRun, unknown, at(21))).toMatchObject({ run: otherRun, forMs: 0 });
  });
});
