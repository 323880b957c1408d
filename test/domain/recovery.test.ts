import { describe, expect, it } from 'vitest';
import { decideRecoveryStep, isClear, keyOfStep, type Leftovers, type OpenWorkflow, type RecoveryRequest } from '../../domain/recovery.js';
import { exampleRun, otherRun } from './example-cluster.js';

const request: RecoveryRequest = { cluster: 'example', apply: true };
const nothing: Leftovers = { workflows: [], holds: [], lease: null, operatorNodes: [] };
const workflow = (what: OpenWorkflow['what'], problem: string | null = null): OpenWorkflow => ({
  what,
  workflowId: `the ${what}`,
  runId: `execution of the ${what}`,
  since: '2026-01-01T00:00:00.000Z',
  run: exampleRun,
  problem,
});
const hold = (node: string, changes: Partial<Leftovers['holds'][number]> = {}): Leftovers['holds'][number] => ({
  node,
  run: exampleRun,
  state: 'closed',
  kept: null,
  outlook: null,
  ...changes,
});
const lease = (changes: Partial<NonNullable<Leftovers['lease']>> = {}) => ({ run: exampleRun, state: 'closed' as const, outlook: null, ...changes });
const stuck = 'its workflow task fails, attempt 9';

/** What is done in turn, when each step does what it should not: nothing. */
function stepsOf(left: Leftovers, asked: Partial<RecoveryRequest> = {}): string[] {
  const tried = new Set<string>();
  for (;;) {
    const step = decideRecoveryStep(left, { ...request, ...asked }, tried);
    if (step.kind === 'none') return [...tried];
    if (step.kind === 'refuse') return [...tried, step.failure.code];
    tried.add(keyOfStep(step));
  }
}
const { firstExecutionRunId: id } = exampleRun;

describe('a recovery', () => {
  it.each<[string, Partial<Leftovers>, Partial<RecoveryRequest>, string[]]>([
    ['does nothing where nothing is left', {}, {}, []],
    [
      'releases a node of a run that is over, then drops its lease once nothing is held',
      { holds: [hold('node1')], lease: lease() },
      {},
      [`endHold node1 ${id}`],
    ],
    ['drops a lease that is all that is left', { lease: lease() }, {}, [`dropLease ${id}`]],
    ['drops a lease of an unknown run', { lease: lease({ state: 'unknown' }) }, {}, [`dropLease ${id}`]],
    ['drops a lease also where a node is kept, and leaves that', { holds: [hold('node1', { kept: 'broken' })], lease: lease() }, {}, [`dropLease ${id}`]],
    ['releases a node of an unknown run', { holds: [hold('node1', { state: 'unknown' })] }, {}, [`endHold node1 ${id}`]],
    ['leaves a kept node alone', { holds: [hold('node1', { kept: 'broken' })] }, {}, []],
    ['releases a kept node that is named', { holds: [hold('node1', { kept: 'broken' })] }, { nodes: ['node1'] }, [`endHold node1 ${id}`]],
    ['touches nothing while a run is at work', { workflows: [workflow('run')], holds: [hold('node1', { state: 'open' })] }, {}, ['ClusterBusy']],
    ['touches nothing while a run is at work, also when it is asked to end it', { workflows: [workflow('run')] }, { endRun: true }, ['ClusterBusy']],
    ['asks before it ends a run that is stuck', { workflows: [workflow('run', stuck), workflow('guard')] }, {}, ['ClusterBusy']],
    [
      'lets a guard clean up first, and leaves the rest to it',
      { workflows: [workflow('guard')], holds: [hold('node1')] },
      {},
      ['await execution of the guard'],
    ],
    [
      'ends a guard and a workflow of a node that are stuck',
      { workflows: [workflow('guard', stuck), workflow('node', stuck)] },
      {},
      ['terminate execution of the guard', 'terminate execution of the node'],
    ],
    ['refuses a node that is not held by a run', {}, { nodes: ['node1'] }, ['InvalidInput']],
    ['refuses a node that an operator holds', { operatorNodes: ['node1'] }, { nodes: ['node1'] }, ['RefusedByOperator']],
    ['leaves what another open run has', { holds: [hold('node1', { run: otherRun, state: 'open' })], lease: lease({ state: 'open' }) }, {}, []],
  ])('%s', (_title, left, asked, steps) => {
    expect(stepsOf({ ...nothing, ...left }, asked)).toEqual(steps);
  });

  it('ends a run that is stuck when it is told to', () => {
    const step = decideRecoveryStep({ ...nothing, workflows: [workflow('run', stuck)] }, { ...request, endRun: true }, new Set());
    expect(step).toMatchObject({ kind: 'terminate', workflow: { what: 'run' } });
  });

  it('is clear when nothing is left, or only what a healthy run is at work with', () => {
    expect(isClear(nothing)).toBe(true);
    expect(isClear({ ...nothing, workflows: [workflow('run'), workflow('guard')], holds: [hold('node1', { state: 'open' })] })).toBe(true);
    expect(isClear({ ...nothing, workflows: [workflow('run', stuck)] })).toBe(false);
    expect(isClear({ ...nothing, workflows: [workflow('guard')] })).toBe(false);
    expect(isClear({ ...nothing, lease: lease() })).toBe(false);
    expect(isClear({ ...nothing, holds: [hold('node1', { kept: 'broken' })] })).toBe(false);
  });
});
