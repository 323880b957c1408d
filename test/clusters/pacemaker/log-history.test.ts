import { describe, expect, it } from 'vitest';
import { parseHistory } from '../../../clusters/pacemaker/log-history.js';
import { fixture } from './fixtures.js';

const now = new Date(2026, 10, 26);
const local = (time: string) => new Date(`2026-11-25T${time}`).toISOString();
const told = (lines: readonly string[]) => parseHistory(lines, now).map(({ kind, node, by, run }) => [kind, node, by, run?.slice(0, 8) ?? null]);
const cib = (text: string) => `Nov 25 18:37:49.631 node1 pacemaker-based     [63] (cib_perform_op) \tinfo: ${text}`;
const done = (operation = 'cib_apply_diff', rc = 0, client = 'cibadmin') =>
  `Nov 25 18:37:49.679 node1 pacemaker-based     [63] (cib_process_request) \tinfo: Completed ${operation} operation for section 'all': OK (rc=${rc}, origin=node4/${client}/2, version=1.8.0)`;
const knownNode =
  'Nov 25 18:37:25.259 node1 pacemaker-controld  [68] (update_peer_state_iter) \tnotice: Node node3 state is now member | nodeid=3 previous=unknown source=quorum_notification_cb';
const holdLines = [
  cib(`++ /cib/configuration/nodes/node[@id='3']:  <instance_attributes id="cau-hold-3"/>`),
  cib(`++                                            <nvpair id="cau-hold-3-standby" name="standby" value="on"/>`),
  cib(`++                                            <nvpair id="cau-hold-3-owner" name="cau-hold" value="01a213ff-ce45-7cb0-8686-af8338a7bd89"/>`),
];
const joined = ['joined', 'node3', null, null];

describe("the history in a member's detail log", () => {
  it('has the holds of runs, who left in order and who was fenced, as a real cluster logged them', () => {
    const changes = parseHistory(fixture('holds-and-a-fence.pacemaker-log.txt').split('\n'), now);
    expect(changes.map(({ kind, node, run }) => `${kind} ${node ?? ''} ${run?.slice(0, 13) ?? ''}`.trim())).toEqual([
      'held node3 01a213ff-ce45',
      'left node3',
      'joined node3',
      'released node3 01a213ff-ce45',
      'held node3 01a21400-91c6',
      'lost node3',
      'fenced node3',
      'joined node3',
    ]);
    expect(changes[0]?.at).toBe(local('18:37:49.631'));
  });

  it('does not take for new what the controller tells a member that was away, nor what came to nothing', () => {
    expect(told([knownNode, ...holdLines, done('cib_replace', 0, 'crmd')])).toEqual([joined]);
    expect(told([knownNode, ...holdLines, done('cib_apply_diff', -205)])).toEqual([joined]);
  });

  it.each([
    ['deletes it', cib(`-- /cib/configuration/nodes/node[@id='3']/instance_attributes[@id='cau-hold-3']/nvpair[@id='cau-hold-3-standby']`)],
    ['sets it off', cib(`+  /cib/configuration/nodes/node[@id='3']/instance_attributes[@id='cau-hold-3']/nvpair[@id='cau-hold-3-standby']:  @value=off`)],
  ])('has the operator who lifts the standby of a run: he %s', (_title, line) => {
    expect(told([knownNode, ...holdLines, done(), line, done('cib_delete', 0, 'crm_attribute')]).slice(1)).toEqual([
      ['held', 'node3', 'run', '01a213ff'],
      ['standbyOff', 'node3', 'operator', null],
    ]);
  });

  it('has a hold that is kept on purpose, and its end', () => {
    const kept = cib(
      `++ /cib/configuration/nodes/node[@id='3']/instance_attributes[@id='cau-hold-3']:  <nvpair id="cau-hold-3-kept" name="cau-hold-kept" value="look"/>`,
    );
    const gone = cib(`-- /cib/configuration/nodes/node[@id='3']/instance_attributes[@id='cau-hold-3']`);
    expect(told([knownNode, ...holdLines, done(), kept, done(), gone, done()]).slice(2)).toEqual([
      ['kept', 'node3', 'run', '01a213ff'],
      ['released', 'node3', 'run', '01a213ff'],
    ]);
  });

  it("has an operator's own standby, and its end", () => {
    const lines = [
      knownNode,
      cib(`++ /cib/configuration/nodes/node[@id='3']:  <instance_attributes id="nodes-3"/>`),
      cib(`++                                            <nvpair id="nodes-3-standby" name="standby" value="on"/>`),
      done('cib_modify', 0, 'crm_attribute'),
      cib(`-- /cib/configuration/nodes/node[@id='3']/instance_attributes[@id='nodes-3']/nvpair[@id='nodes-3-standby']`),
      done('cib_delete', 0, 'crm_attribute'),
    ];
    expect(told(lines)).toEqual([joined, ['standbyOn', 'node3', 'operator', null], ['standbyOff', 'node3', 'operator', null]]);
  });

  const off = (sign: string) =>
    sign === '+'
      ? cib(`+  /cib/configuration/nodes/node[@id='3']/instance_attributes[@id='nodes-3']/nvpair[@id='nodes-3-standby']:  @value=off`)
      : cib(`++                                            <nvpair id="nodes-3-standby" name="standby" value="off"/>`);
  const takenAway = cib(`-- /cib/configuration/nodes/node[@id='3']/instance_attributes[@id='nodes-3']/nvpair[@id='nodes-3-standby']`);

  it.each([
    [
      'which says "off"',
      [cib(`++                                            <nvpair id="nodes-3-standby" name="standby" value="on"/>`), done(), off('+'), done()],
    ],
    ['which said "off" from the start', [off('++'), done()]],
    ['set before the log begins', []],
  ])('does not take for the end of a standby what a run takes away with its hold: an attribute of an operator %s', (_title, before) => {
    const changes = told([knownNode, ...before, takenAway, ...holdLines, done()]);
    expect(changes.at(-1)).toEqual(['held', 'node3', 'run', '01a213ff']);
    expect(changes.filter(([kind, , by]) => kind === 'standbyOff' && by === 'run')).toEqual([]);
  });

  it("has a run that ends an operator's standby", () => {
    const on = cib(`++                                            <nvpair id="nodes-3-standby" name="standby" value="on"/>`);
    expect(told([knownNode, on, done(), takenAway, ...holdLines, done()])).toContainEqual(['standbyOff', 'node3', 'run', null]);
  });

  it('takes a line of last December for one of last year', () => {
    expect(parseHistory([knownNode.replace('Nov 25', 'Dec 31')], new Date(2027, 0, 2))[0]?.at).toBe(new Date(2026, 11, 31, 18, 37, 25, 259).toISOString());
  });
});
