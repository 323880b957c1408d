import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fencesByWatchdog, parseCib, siteOf } from '../../../clusters/pacemaker/cib.js';
import { findHold, standbyBy } from '../../../clusters/pacemaker/holds.js';
import { findLease } from '../../../clusters/pacemaker/lease.js';
import { CauError } from '../../../domain/errors.js';
import { fixture } from './fixtures.js';

const healthy = parseCib(fixture('healthy.cib.xml'));
const held = parseCib(fixture('held.cib.xml'));
const operator = parseCib(fixture('operator.cib.xml'));
const nodeOf = (cib: typeof healthy, name: string) => cib.nodes.find((node) => node.name === name);

describe('the CIB', () => {
  test('tells its version, quorum, nodes and primitives', () => {
    expect(healthy.hasQuorum).toBe(true);
    expect(healthy.version.adminEpoch).toBe(1);
    expect(healthy.nodes.map(({ id, name, isMember }) => [id, name, isMember])).toEqual([
      ['1', 'node1', true],
      ['2', 'node2', true],
      ['3', 'node3', true],
      ['4', 'node4', true],
    ]);
    expect(healthy.primitives.map(({ id }) => id)).toEqual([
      'web-srv',
      'web-ip',
      'db-srv',
      'files-fs',
      'files-srv',
      'mesh-srv',
      'pair-a',
      'pair-b',
      'vm',
      'mule',
      'stale',
    ]);
    expect(healthy.primitives[0]).toEqual({ id: 'web-srv', standard: 'ocf', type: 'nginx', isContained: false });
  });

  test('knows the agent of a primitive by the template that it is made from', () => {
    const cib = parseCib(
      `<cib admin_epoch="0" epoch="1" num_updates="2"><configuration><resources><template id="web-base" class="systemd" type="nginx"/><primitive id="web" template="web-base"/><group id="g"><primitive id="own" class="ocf" type="Dummy"/><primitive id="lost" template="none"/></group></resources></configuration></cib>`,
    );
    expect(cib.primitives).toEqual([
      { id: 'web', standard: 'systemd', type: 'nginx', isContained: false },
      { id: 'own', standard: 'ocf', type: 'Dummy', isContained: false },
      { id: 'lost', standard: '', type: '', isContained: false },
    ]);
  });

  test.each([
    ['neither', {}, false],
    ['no watchdog, but a time for it', { 'stonith-watchdog-timeout': '10' }, false],
    ['a watchdog that is off, and a time', { 'have-watchdog': 'false', 'stonith-watchdog-timeout': '10s' }, false],
    ['a watchdog for a disk alone', { 'have-watchdog': 'true' }, false],
    ['a watchdog and no time for it', { 'have-watchdog': 'true', 'stonith-watchdog-timeout': '0s' }, false],
    ['a watchdog and a time', { 'have-watchdog': 'true', 'stonith-watchdog-timeout': '10s' }, true],
    ['a watchdog and a time that Pacemaker finds itself', { 'have-watchdog': 'true', 'stonith-watchdog-timeout': '-1' }, true],
    ['a watchdog and a time under its newer name', { 'have-watchdog': 'true', 'fencing-watchdog-timeout': '10' }, true],
  ])('with %s: whether nodes fence themselves', (_title, properties, fences) => {
    const pairs = Object.entries(properties).map(([name, value]) => `<nvpair id="${name}" name="${name}" value="${value}"/>`);
    const options = `<crm_config><cluster_property_set id="cib-bootstrap-options">${pairs.join('')}</cluster_property_set></crm_config>`;
    expect(fencesByWatchdog(parseCib(`<cib admin_epoch="0" epoch="1" num_updates="2"><configuration>${options}</configuration></cib>`))).toBe(fences);
  });

  test('tells where a node stands, from whichever set of its attributes has it, and nothing of one that has an empty word', () => {
    const sets = (site: string) =>
      `<instance_attributes id="a"><nvpair id="a1" name="standby" value="off"/></instance_attributes><instance_attributes id="b">${site}</instance_attributes>`;
    const node = (id: number, site: string) => `<node id="${id}" uname="node${id}">${sets(site)}</node>`;
    const cib = parseCib(
      `<cib admin_epoch="0" epoch="1" num_updates="2"><configuration><nodes>${node(1, '<nvpair id="b1" name="site" value="Zürich West"/>')}${node(2, '<nvpair id="c1" name="site" value=""/>')}${node(3, '')}</nodes></configuration></cib>`,
    );
    expect(cib.nodes.map(siteOf)).toEqual(['Zürich West', undefined, undefined]);
    expect(healthy.nodes.map(siteOf)).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('has the promotion scores of every copy', () => {
    expect(healthy.promotionScores.toSorted((left, right) => right.score - left.score)).toEqual([
      { node: 'node2', resource: 'db-srv', score: 10 },
      { node: 'node4', resource: 'db-srv', score: 5 },
    ]);
  });

  test('knows scores without bound and those under the newer name', () => {
    const cib = parseCib(
      '<cib admin_epoch="0" epoch="1" num_updates="2"><configuration/><status><node_state uname="a"><transient_attributes id="1"><instance_attributes id="s"><nvpair id="x" name="promotion-db" value="-INFINITY"/><nvpair id="y" name="master-db:1" value="INFINITY"/><nvpair id="z" name="master-db" value="odd"/></instance_attributes></transient_attributes></node_state></status></cib>',
    );
    expect(cib.promotionScores).toEqual([
      { node: 'a', resource: 'db', score: -1_000_000 },
      { node: 'a', resource: 'db:1', score: 1_000_000 },
    ]);
  });

  test('shows operations that members have begun and not ended', () => {
    expect(parseCib(fixture('transition.cib.xml')).pendingOperations).toHaveLength(1);
    expect(healthy.pendingOperations).toEqual([]);
  });

  test('shows what may not run where, although nobody configured that', () => {
    expect(parseCib(fixture('held.cib.xml')).failedForGood).toEqual([{ node: 'node1', resource: 'mule' }]);
    expect(healthy.bans).toEqual([]);
    const ban = '<rsc_location id="cli-ban-web-on-node2" rsc="web" role="Started" node="node2" score="-INFINITY"/>';
    const banned = fixture('healthy.cib.xml').replace(/<constraints *\/>|<constraints>/, (tag) =>
      tag.includes('/') ? `<constraints>${ban}</constraints>` : `${tag}${ban}`,
    );
    expect(parseCib(banned).bans).toEqual([{ node: 'node2', resource: 'web' }]);
  });

  test('shows who changed it last', () => {
    expect(healthy.lastChange).toBe('root, with cibadmin on node4');
    expect(parseCib(fixture('healthy.cib.xml').replace(/update-client="[^"]*"/, '')).lastChange).toBeNull();
  });

  test('shows who holds a node, and that it is a run', () => {
    const node = nodeOf(held, 'node1');
    expect(node === undefined ? null : findHold(node)).toEqual({
      run: { workflowId: 'cau/run/lab/1', firstExecutionRunId: '0d3b5a52-3c2e-4d0a-9c5e-6f3f9b2f4a01' },
      intact: true,
      kept: null,
      releaseAfter: '30m',
    });
    expect(standbyBy(held, node, true)).toBe('run');
  });

  test("shows an operator's standby, for good or until the next boot, and the lease", () => {
    expect(standbyBy(operator, nodeOf(operator, 'node1'), true)).toBe('operator');
    expect(operator.standbyUntilBoot).toEqual(['node2']);
    expect(standbyBy(operator, nodeOf(operator, 'node2'), true)).toBe('operator');
    expect(standbyBy(operator, nodeOf(operator, 'node3'), false)).toBe('nobody');
    expect(findLease(operator)).toEqual({
      run: { workflowId: 'cau/run/lab/1', firstExecutionRunId: '0d3b5a52-3c2e-4d0a-9c5e-6f3f9b2f4a01' },
      releaseAfter: '30m',
    });
    expect(findLease(healthy)).toBeNull();
  });

  test('fails in words, never otherwise, whatever it is given', () => {
    const text = fixture('held.cib.xml');
    const broken = fc.oneof(
      fc.string(),
      fc.tuple(fc.nat(text.length), fc.string({ maxLength: 20 })).map(([at, noise]) => text.slice(0, at) + noise + text.slice(at + noise.length)),
    );
    fc.assert(
      fc.property(broken, (noise) => {
        try {
          parseCib(noise);
        } catch (error) {
          expect(error).toBeInstanceOf(CauError);
        }
      }),
    );
  });
});
