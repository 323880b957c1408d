import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideBudget, failureBudget } from '../../domain/budget.js';
import { decideRunOutcome, nodeOutcomeSchema } from '../../domain/outcomes.js';

describe('a run whose nodes were to end alike and did not', () => {
  it.each([
    [['Succeeded', 'Skipped'], 'PartiallyFailed'],
    [['UpToDate'], 'PartiallyFailed'],
    [['Succeeded', 'Failed'], 'PartiallyFailed'],
    [['Succeeded', 'Canceled'], 'Canceled'],
    [['Succeeded', 'NeedsAttention'], 'NeedsAttention'],
  ] as const)('%j: %s', (nodes, outcome) => {
    expect(decideRunOutcome(nodes, true)).toBe(outcome);
  });
});

describe('the outcome of a run', () => {
  it.each([
    [['Succeeded', 'Succeeded'], 'Succeeded'],
    [['Succeeded', 'UpToDate'], 'Succeeded'],
    [['UpToDate', 'UpToDate'], 'UpToDate'],
    [['UpToDate', 'Skipped'], 'UpToDate'],
    [['Skipped', 'Skipped'], 'Skipped'],
    [['Succeeded', 'Failed'], 'PartiallyFailed'],
    [['Failed', 'Canceled'], 'Failed'],
    [['Succeeded', 'Canceled'], 'Canceled'],
    [['Succeeded', 'NeedsAttention', 'Failed'], 'NeedsAttention'],
    [[], 'Skipped'],
  ] as const)('of nodes that are %j is %s', (nodes, outcome) => {
    expect(decideRunOutcome(nodes)).toBe(outcome);
  });

  it('never says that all is well when a node failed or needs attention', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...nodeOutcomeSchema.options)), (nodes) => {
        const isBad = nodes.includes('Failed') || nodes.includes('NeedsAttention');
        expect(['Succeeded', 'UpToDate', 'Skipped', 'Canceled'].includes(decideRunOutcome(nodes))).toBe(!isBad);
      }),
    );
  });
});

describe('the failure budget', () => {
  it.each([
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 1],
    [6, 1],
    [7, 2],
    [12, 3],
  ])('of %i nodes is %i, as in Cluster-Aware Updating of Windows', (nodes, budget) => {
    expect(failureBudget('auto', nodes, 100)).toBe(budget);
  });

  it('is never more than the cluster can lose', () => {
    expect(failureBudget('auto', 12, 1)).toBe(1);
  });

  it('lets no further node begin once it is exceeded', () => {
    expect(decideBudget(['Failed'], 1).state).toBe('met');
    expect(decideBudget(['Failed', 'NeedsAttention'], 1)).toEqual({ state: 'waiting', reasons: ['2 nodes failed, 1 may'] });
  });
});
