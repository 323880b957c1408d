import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCib, type Cib } from '../../../clusters/pacemaker/cib.js';
import { decideHold, decideKeep, decideRelease } from '../../../clusters/pacemaker/hold-decisions.js';
import { findHold } from '../../../clusters/pacemaker/holds.js';
import { decideLease, decideLeaseDrop } from '../../../clusters/pacemaker/lease.js';
import { parseXml, renderXml } from '../../../clusters/pacemaker/xml.js';
import type { RunReference } from '../../../domain/names.js';
import { fixture } from './fixtures.js';

const run: RunReference = { workflowId: 'cau/run/lab/1', firstExecutionRunId: '0d3b5a52-3c2e-4d0a-9c5e-6f3f9b2f4a01' };
const other: RunReference = { workflowId: 'cau/run/lab/2', firstExecutionRunId: '7f2f2c7e-91a3-4a37-8f0c-2b1f7f4c2e02' };
const healthy = parseCib(fixture('healthy.cib.xml'));
const held = parseCib(fixture('held.cib.xml'));
const operator = parseCib(fixture('operator.cib.xml'));
const failure = (code: string) => expect.objectContaining({ code });

/** The CIB in which node1's sets are these. */
function withSets(...sets: readonly { id: string; pairs: Record<string, string> }[]): Cib {
  const nodes = healthy.nodes.map((node) =>
    node.name === 'node1'
      ? { ...node, sets: sets.map(({ id, pairs }) => ({ id, pairs: Object.entries(pairs).map(([name, value]) => ({ id: `${id}-${name}`, name, value })) })) }
      : node,
  );
  return { ...healthy, nodes };
}

describe('a hold', () => {
  test('is one set of our own with standby and owner', () => {
    const [edit, ...more] = decideHold(healthy, 'node3', run, 1, '7m');
    expect(more).toEqual([]);
    expect(edit).toMatchObject({
      kind: 'merge',
      section: 'nodes',
      element: {
        name: 'nodes',
        children: [
          {
            name: 'node',
            attributes: { id: '3', uname: 'node3' },
            children: [
              {
                attributes: { id: 'cau-hold-3' },
                children: [
                  { attributes: { name: 'standby', value: 'on' } },
                  { attributes: { name: 'cau-hold', value: run.firstExecutionRunId } },
                  { attributes: { name: 'cau-hold-run', value: run.workflowId } },
                  { attributes: { name: 'cau-hold-release-after', value: '7m' } },
                ],
              },
            ],
          },
        ],
      },
    });
  });

  test('that the run has is not set again', () => {
    expect(decideHold(held, 'node1', run, 1)).toEqual([]);
  });

  test('removes a standby=off that was left, in the same change', () => {
    const edits = decideHold(withSets({ id: 'nodes-1', pairs: { standby: 'off' } }), 'node1', run, 1);
    expect(edits[0]).toEqual({ kind: 'remove', xpath: '//nodes/node[@id="1"]/instance_attributes[@id="nodes-1"]/nvpair[@id="nodes-1-standby"]' });
    expect(edits).toHaveLength(2);
  });

  test("is refused on an operator's standby, whatever word he uses for on", () => {
    for (const on of ['on', 'true', 'YES', '1', 'y'])
      expect(() => decideHold(withSets({ id: 'nodes-1', pairs: { standby: on } }), 'node1', run, 1)).toThrow(failure('RefusedByOperator'));
    expect(() => decideHold(operator, 'node2', run, 9)).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({ code: 'RefusedByOperator', remedy: expect.stringContaining('"crm_standby -N node2 -D"') }),
      }),
    );
  });

  test('that somebody changed is broken and is not set again', () => {
    for (const pairs of [{ standby: 'off', 'cau-hold': run.firstExecutionRunId }, { 'cau-hold': run.firstExecutionRunId }]) {
      expect(() => decideHold(withSets({ id: 'cau-hold-1', pairs }), 'node1', run, 1)).toThrow(failure('HoldBroken'));
    }
  });

  test('of another run is named and respected', () => {
    expect(() => decideHold(held, 'node1', other, 9)).toThrow(
      expect.objectContaining({ code: 'ClusterBusy', failure: expect.objectContaining({ facts: { holder: run } }) as unknown }),
    );
    expect(decideRelease(held, 'node1', other)).toEqual([]);
    expect(decideKeep(held, 'node1', other, 'x')).toEqual([]);
  });

  test('beyond the limit is refused, and a kept node does not count', () => {
    expect(() => decideHold(held, 'node2', run, 1)).toThrow(failure('ClusterBusy'));
    expect(decideHold(held, 'node2', run, 2)).toHaveLength(1);
    const kept = withSets({ id: 'cau-hold-1', pairs: { standby: 'on', 'cau-hold': other.firstExecutionRunId, 'cau-hold-kept': 'broken' } });
    expect(decideHold(kept, 'node2', run, 1)).toHaveLength(1);
  });

  test('is refused while another run has the lease, and allowed without any', () => {
    const leased = { ...healthy, propertySets: [{ id: 'cau-lease', pairs: [{ id: 'x', name: 'cau-lease', value: other.firstExecutionRunId }] }] };
    expect(() => decideHold(leased, 'node2', run, 1)).toThrow(failure('ClusterBusy'));
    expect(decideHold(leased, 'node2', other, 1)).toHaveLength(1);
  });

  test('tells for how long its run may be unknown, and means the default where that is no duration', () => {
    const record = (pairs: Record<string, string>) => {
      const node = withSets({ id: 'cau-hold-1', pairs: { standby: 'on', 'cau-hold': run.firstExecutionRunId, ...pairs } }).nodes.find(
        (one) => one.name === 'node1',
      );
      return node === undefined ? null : findHold(node)?.releaseAfter;
    };
    expect([record({ 'cau-hold-release-after': '7m' }), record({}), record({ 'cau-hold-release-after': 'soon' })]).toEqual(['7m', '30m', '30m']);
  });

  test('of a node that is no member is refused', () => {
    expect(() => decideHold(healthy, 'node9', run, 1)).toThrow(failure('NodeVanished'));
    expect(() => decideKeep(healthy, 'node9', run, 'gone')).toThrow(failure('NodeVanished'));
    const remote = { ...healthy, nodes: [{ id: 'far', name: 'far', isMember: false, sets: [] }] };
    expect(() => decideHold(remote, 'far', run, 1)).toThrow(failure('NodeVanished'));
  });

  test('is released by a change that names its owner once more', () => {
    expect(decideRelease(held, 'node1', run)).toEqual([
      {
        kind: 'remove',
        xpath: `//nodes/node[@id="1"]/instance_attributes[@id="cau-hold-1"][nvpair[@name="cau-hold" and @value="${run.firstExecutionRunId}"]]`,
      },
    ]);
    expect(decideRelease(healthy, 'node1', run)).toEqual([]);
    expect(decideRelease(healthy, 'node9', run)).toEqual([]);
  });
});

describe('a hold without a standby of our own', () => {
  const serving = { includeStandby: false, serving: true };
  const included = { includeStandby: true, serving: false };
  const pairsOf = (edits: ReturnType<typeof decideHold>) =>
    edits
      .flatMap((edit) => (edit.kind === 'merge' ? edit.element.children.flatMap((node) => node.children).flatMap((set) => set.children) : []))
      .map(({ attributes: { name, value } }) => `${name}=${value}`);
  const standbyOn = { id: 'nodes-1', pairs: { standby: 'on' } };
  const record = (relies: string) => ({ id: 'cau-hold-1', pairs: { 'cau-hold': run.firstExecutionRunId, 'cau-hold-standby': relies } });

  test("relies on an operator's, which is not touched: with two of them his tools could set neither", () => {
    const edits = decideHold(withSets(standbyOn), 'node1', run, 1, '7m', included);
    expect(edits).toHaveLength(1);
    expect(pairsOf(edits)).toContain('cau-hold-standby=operators');
    expect(pairsOf(edits).some((pair) => pair.startsWith('standby='))).toBe(false);
    expect(findHold(withSets(standbyOn, record('operators')).nodes[0] ?? never())).toMatchObject({ intact: true, standby: 'operators' });
  });

  test('is broken when the operator lifts his', () => {
    expect(findHold(withSets(record('operators')).nodes[0] ?? never())).toMatchObject({ intact: false });
  });

  test("has one of our own beside an operator's that ends with the next boot", () => {
    const edits = decideHold({ ...healthy, standbyUntilBoot: ['node1'] }, 'node1', run, 1, '7m', { includeStandby: true, serving: true });
    expect(pairsOf(edits)).toContain('standby=on');
  });

  test('marks a node that serves, and puts it in standby when it is to be drained after all, or kept', () => {
    expect(pairsOf(decideHold(healthy, 'node1', run, 1, '7m', serving))).toEqual(expect.not.arrayContaining(['standby=on']));
    const served = withSets(record('none'));
    expect(findHold(served.nodes[0] ?? never())).toMatchObject({ intact: true, standby: 'none' });
    expect(decideHold(served, 'node1', run, 1, '7m', serving)).toEqual([]);
    expect(pairsOf(decideHold(served, 'node1', run, 1))).toEqual(['standby=on', 'cau-hold-standby=own']);
    expect(pairsOf(decideKeep(served, 'node1', run, 'broken'))).toEqual(['standby=on', 'cau-hold-standby=own', 'cau-hold-kept=broken']);
  });

  test('is not turned into one of our own when an operator has put the node in standby meanwhile', () => {
    expect(() => decideHold(withSets(standbyOn, record('none')), 'node1', run, 1)).toThrow(failure('HoldBroken'));
  });
});

describe('the reason why a hold is kept', () => {
  /** What the CIB then has of it. */
  const written = (reason: string) => {
    const [edit] = decideKeep(held, 'node1', run, reason);
    return edit?.kind === 'merge' ? renderXml(edit.element) : never();
  };
  const read = (text: string) => parseXml(text, 'cibadmin').children[0]?.children[0]?.children.find(({ attributes }) => attributes['name'] === 'cau-hold-kept');

  test.each([
    ['colours of a terminal', '\u001B[31mE: Sub-process\u001B[0m\r\n\t failed\u0007', '[31mE: Sub-process [0m failed'],
    ['half of a character that was cut', `broken ${'\u{1F525}'.slice(0, 1)}`, 'broken \uFFFD'],
    ['a whole one', 'broken \u{1F525}', 'broken \u{1F525}'],
  ])('is written without what XML cannot hold: %s', (_title, reason, words) => {
    expect(read(written(reason))?.attributes['value']).toBe(words);
  });

  test('is not written again once it stands there, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.integer({ min: 0, max: 0xffff }), (text, unit) => {
        const reason = `broken: ${text}${String.fromCharCode(unit)}`;
        const value = read(written(reason))?.attributes['value'] ?? never();
        const kept = withSets({ id: 'cau-hold-1', pairs: { standby: 'on', 'cau-hold': run.firstExecutionRunId, 'cau-hold-kept': value } });
        expect(value).not.toMatch(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u);
        expect(decideKeep(kept, 'node1', run, reason)).toEqual([]);
      }),
    );
  });
});

function never(): never {
  throw new Error('there is no such node');
}

describe('the lease', () => {
  test('is taken when free, kept by who has it, and named to others', () => {
    expect(decideLease(healthy, run)).toHaveLength(1);
    expect(decideLease(operator, run)).toEqual([]);
    expect(() => decideLease(operator, other)).toThrow(
      expect.objectContaining({ code: 'ClusterBusy', failure: expect.objectContaining({ facts: { holder: run } }) as unknown }),
    );
    expect(decideLeaseDrop(operator, other)).toEqual([]);
    expect(decideLeaseDrop(operator, run)).toHaveLength(1);
  });
});
