import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFailure } from '../../domain/errors.js';
import { fitNodeReport } from '../../domain/node-report-size.js';
import { nodeResultBudgetBytes, payloadBytes } from '../../domain/payload-size.js';
import { nodeReportSchema, untouchedNode, type NodeReport } from '../../domain/report.js';

const at = '2026-01-01T00:00:00.000Z';
const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme', maxLength: 3000 }), fc.constantFrom('\u0000'.repeat(5000), '漢'.repeat(5000), ''));
const texts = fc.array(text, { maxLength: 30 });
const reports: fc.Arbitrary<NodeReport> = fc
  .record({
    message: text,
    reason: fc.option(text),
    kept: fc.option(text),
    notes: texts,
    restartPending: texts,
    updates: fc.array(fc.record({ name: text, from: fc.option(text), to: text, outcome: text, message: text }), { maxLength: 50 }),
    restarts: fc.array(fc.record({ from: fc.uuid(), to: fc.uuid(), reasons: texts }), { maxLength: 20 }),
    moves: fc.array(fc.record({ role: text, from: text, to: fc.option(text), when: fc.constantFrom('drain' as const, 'return' as const) }), { maxLength: 50 }),
    attempts: fc.array(fc.record({ step: fc.constant('installing'), at: fc.constant(at), code: fc.constant('InstallFailed' as const), message: text }), {
      maxLength: 65,
    }),
    hooks: fc.array(
      fc.record({
        phase: fc.constantFrom('preUpdate' as const, 'postUpdate' as const),
        script: fc.constant('s'.repeat(64)),
        ended: fc.constantFrom('exited' as const, 'timedOut' as const),
        exitCode: fc.constant(255),
        ms: fc.nat(),
        output: text,
      }),
      { maxLength: 2 },
    ),
    steps: fc.array(fc.record({ step: fc.constantFrom('installing', 'scanning'), at: fc.constant(at), ms: fc.nat() }), { maxLength: 200 }),
  })
  .map(({ message, ...rest }) => ({
    ...untouchedNode('node1', 'Failed', null),
    ...rest,
    failure: createFailure('InstallFailed', message, { facts: { output: message } }),
  }));

describe('the report of a node', () => {
  it('is never larger than what a node may return to its run, whatever happened on it', () => {
    fc.assert(
      fc.property(reports, (report) => {
        const fitted = fitNodeReport(report);
        expect(payloadBytes(fitted)).toBeLessThanOrEqual(nodeResultBudgetBytes);
        expect(nodeReportSchema.parse(fitted)).toEqual(fitted);
        expect(fitted.updates.length + fitted.updatesCut).toBe(report.updates.length);
        expect(fitted.failure?.code).toBe('InstallFailed');
      }),
      { numRuns: 300 },
    );
  });

  it('is not larger when everything on the node went wrong at once', () => {
    const long = '漢'.repeat(3000);
    const many = <T>(one: T): T[] => Array.from({ length: 100 }, () => one);
    const report: NodeReport = {
      ...untouchedNode('node1', 'NeedsAttention', long),
      failure: createFailure('InstallFailed', long, { remedy: long, where: long, facts: { output: 'x'.repeat(250) } }),
      kept: long,
      attempts: many({ step: 'installing', at, code: 'InstallFailed' as const, message: long }),
      notes: many(long),
      restartPending: many(long),
      updates: many({ name: long, from: long, to: long, outcome: 'failed', message: long }),
      restarts: many({ from: long.slice(0, 36), to: long.slice(0, 36), reasons: many(long) }),
      moves: many({ role: long.slice(0, 60), from: 'node1', to: 'node2', when: 'drain' as const }),
      steps: many({ step: 'installing', at, ms: 5 }),
      hooks: (['preUpdate', 'postUpdate'] as const).map((phase) => ({
        phase,
        script: 's'.repeat(64),
        ended: 'exited',
        exitCode: 1,
        ms: 9_999_999,
        output: long,
      })),
    };
    const fitted = fitNodeReport(report);
    expect(payloadBytes(fitted)).toBeLessThanOrEqual(nodeResultBudgetBytes);
    expect(fitted.attempts.length).toBeGreaterThanOrEqual(4);
    expect(fitted.failure?.code).toBe('InstallFailed');
  });

  it('is left as it is when it fits', () => {
    const report: NodeReport = { ...untouchedNode('node1', 'Succeeded', null), notes: ['a note'], steps: [{ step: 'draining', at, ms: 5 }] };
    expect(fitNodeReport(report)).toEqual(report);
  });

  it('names what is cut', () => {
    const steps = Array.from({ length: 100 }, () => ({ step: 'installing', at, ms: 5 }));
    const fitted = fitNodeReport({ ...untouchedNode('node1', 'Succeeded', null), steps });
    expect(fitted.notes).toEqual([`${100 - fitted.steps.length} more steps are in the history of the node's workflow.`]);
    expect(fitted.steps.length).toBeGreaterThan(20);
  });
});
