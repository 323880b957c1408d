import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../domain/evidence.js';
import { verifyRun } from '../../../domain/verify/verify-run.js';
import { goodEvidence, goodRun, held, released } from './example-evidence.js';

describe('holds one after another', () => {
  const lengths = fc.array(
    fc.record({ node: fc.constantFrom('node1', 'node2', 'node3', 'node4'), forS: fc.integer({ min: 1, max: 50 }), pauseS: fc.integer({ min: 1, max: 50 }) }),
    {
      minLength: 2,
      maxLength: 20,
    },
  );
  const historyOf = (holds: readonly { node: string; forS: number; pauseS: number }[], overlapS: number) => {
    let now = 10;
    const changes = holds.flatMap(({ node, forS, pauseS }) => {
      const from = now;
      now += forS + pauseS;
      return [held(from, node), released(from + forS + overlapS * (forS + pauseS), node)];
    });
    return goodEvidence({ history: changes });
  };
  const atOnce = (evidence: Evidence) =>
    verifyRun(goodRun(null), { ...evidence, nodes: evidence.nodes.map((node) => ({ ...node, ledger: { records: [], gap: null } })) })[0]?.state;

  it('hold invariant 1 in any order and number', () => {
    fc.assert(
      fc.property(lengths, (holds) => {
        expect(atOnce(historyOf(holds, 0))).toBe('holds');
      }),
    );
  });

  it('break it as soon as two nodes overlap, whoever of them told of it', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 0, max: 3 }), (holds, witness) => {
        fc.pre(holds[0]?.node !== holds[1]?.node);
        const evidence = historyOf(holds, 2);
        const nodes = evidence.nodes.map((node, index) =>
          index === witness ? node : { ...node, history: { scope: 'node' as const, records: [], gap: 'no log' } },
        );
        expect(atOnce({ ...evidence, nodes })).toBe('broken');
      }),
    );
  });
});
