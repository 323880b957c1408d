/**
 * What every cluster driver must keep to, as tests: run it against a real cluster with `describeClusterDriver`. It only
 * looks and waits, for as long as a slow cluster may need, and relies on nothing but the port.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fullMembers, type ClusterNode, type WatchedCluster } from '../domain/cluster.js';
import { decideDrained } from '../domain/drained.js';
import type { CauError } from '../domain/errors.js';
import { decideLeft, decideMember } from '../domain/membership.js';
import type { RunReference } from '../domain/names.js';
import { defaultOptions } from '../domain/options.js';
import { leftToCluster } from '../domain/move-modes.js';
import { baselineOf, findMoves, placementOf } from '../domain/placement.js';
import type { ClusterDriver } from '../domain/ports/cluster-driver.js';
import { decideSettled } from '../domain/settled.js';
import { verdictOf } from '../domain/verdict.js';
import { testChanges } from './conformance-changes.js';
import { testHistory } from './conformance-history.js';
import { testPredictions } from './conformance-predictions.js';
import { testSteering } from './conformance-steering.js';
import { testSites } from './conformance-sites.js';
import { persistently, until, untilAtRest, untilRefused } from './conformance-waits.js';

/** A running cluster of at least three members, all online, with roles that serve and nothing held. */
export interface DriverFixture {
  /** The names of its members. */
  readonly nodes: readonly string[];
  /** The driver as it works on that node. */
  driverOn(node: string): ClusterDriver;
  /** Pulls the node's network cable of the cluster; the driver there can still be asked, if the node is not fenced. */
  cut(node: string): Promise<void>;
  join(node: string): Promise<void>;
  /** The operator's own standby command, given on another node. */
  operatorStandby(node: string, wish: 'on' | 'off'): Promise<void>;
  /** The operator's own word on where the node stands, given on another node; null takes it back. */
  setSite(node: string, site: string | null): Promise<void>;
  /** Takes away holds, lease, standby and sites that a failed test left. */
  cleanUp(): Promise<void>;
  close(): Promise<void>;
}

const ours: RunReference = { workflowId: 'cau/run/conformance/20260101T000000Z', firstExecutionRunId: '5b0c6c0e-57a1-4e0c-9d3a-0f6f3e3f1c01' };
const theirs: RunReference = { workflowId: 'cau/run/conformance/20260102T000000Z', firstExecutionRunId: 'c1d7d2b4-7f0b-4c3d-8b5e-2a9d4e6f8a02' };
const releaseAfter = '7m';
const testMs = 300_000;
const raceRounds = 5;

/** Declares the tests; `open` is called once, before them. */
export function describeClusterDriver(name: string, open: () => Promise<DriverFixture>): void {
  describe(`The ${name} driver`, { timeout: testMs }, () => {
    let fixture: DriverFixture;
    const on = (node: string) => fixture.driverOn(node);
    const anyNode = (...not: string[]) => requireOther(fixture.nodes, not);

    beforeAll(async () => {
      fixture = await open();
      await untilAtRest(fixture);
    }, testMs);
    afterEach(async () => {
      await fixture.cleanUp();
      await untilAtRest(fixture);
    }, testMs);
    afterAll(() => fixture.close());

    test('describes the same cluster on every member, each as its own witness', async () => {
      const views = await Promise.all(fixture.nodes.map((node) => on(node).describe()));
      for (const [index, view] of views.entries()) {
        expect(view.witness).toMatchObject({ node: fixture.nodes[index], quorate: true });
        expect(Number.isNaN(Date.parse(view.witness.at))).toBe(false);
        expect(namesOf(fullMembers(view))).toEqual(fixture.nodes.toSorted());
        expect(placementOf(view)).toEqual(placementOf(views[0] ?? view));
        expect(view).toMatchObject({ lease: null, maintenanceMode: false, stopAllResources: false, quorum: { quorate: true } });
        expect(view.quorum.votes).toBeGreaterThanOrEqual(view.quorum.needed);
        expect(Object.keys(view.quorum.votesOf).toSorted()).toEqual(fixture.nodes.toSorted());
        for (const node of view.nodes) {
          expect(node).toMatchObject({ standby: false, standbyBy: 'nobody', hold: null, activeInstances: instancesOn(view, node.name) });
        }
      }
      expect(new Set(views.map((view) => view.witness.bootId)).size).toBe(fixture.nodes.length);
      expect(placementOf(views[0] ?? never()).some((role) => role.serving > 0)).toBe(true);
    });

    test('holds a node once however often it is asked, and every member sees by whom and why', async () => {
      const [first, second] = [anyNode(), anyNode(anyNode())];
      await on(second).hold(first, ours, 1, releaseAfter);
      await on(first).hold(first, ours, 1, releaseAfter);
      await on(second).keep(first, theirs, 'not ours to say');
      for (const node of fixture.nodes)
        expect(await seenNode(on(node), first)).toMatchObject({ standby: true, standbyBy: 'run', hold: { run: ours, intact: true, kept: null, releaseAfter } });
      await on(second).keep(first, ours, 'to be looked at');
      expect((await seenNode(on(first), first)).hold).toEqual({ run: ours, intact: true, kept: 'to be looked at', releaseAfter });
    });

    test('releases only what this run holds', async () => {
      const [first, second] = [anyNode(), anyNode(anyNode())];
      await on(second).hold(first, ours, 1);
      await expect(on(second).release(first, theirs)).resolves.toBe('notHeld');
      expect((await seenNode(on(second), first)).hold?.run).toEqual(ours);
      await expect(on(second).release(first, ours)).resolves.toBe('released');
      await expect(on(first).release(first, ours)).resolves.toBe('notHeld');
      expect(await seenNode(on(second), first)).toMatchObject({ standby: false, standbyBy: 'nobody', hold: null });
    });

    test('holds no node that another run holds, no more than allowed, and none that is no member', async () => {
      const [first, second] = [anyNode(), anyNode(anyNode())];
      await on(second).hold(first, theirs, 1);
      await expect(on(second).hold(first, ours, 2)).rejects.toMatchObject({ code: 'ClusterBusy', failure: { facts: { holder: theirs } } });
      await expect(on(second).hold(second, ours, 1)).rejects.toMatchObject({ code: 'ClusterBusy' });
      await expect(on(second).hold('no-such-node', ours, 9)).rejects.toMatchObject({ code: 'NodeVanished' });
      await expect(on(second).keep('no-such-node', ours, 'gone')).rejects.toMatchObject({ code: 'NodeVanished' });
      expect(namesOf((await on(first).describe()).nodes.filter((node) => node.hold !== null))).toEqual([first]);
    });

    test("holds no node for a run while another one has the lease, and lets nodes that are kept take nobody's room", async () => {
      const [first, second] = [anyNode(), anyNode(anyNode())];
      await on(first).takeLease(theirs);
      await expect(on(second).hold(first, ours, 1)).rejects.toMatchObject({ code: 'ClusterBusy', failure: { facts: { holder: theirs } } });
      await on(second).hold(first, theirs, 1);
      await on(second).keep(first, theirs, 'to be looked at');
      await on(first).dropLease(theirs);
      await on(first).hold(second, ours, 1);
      expect(namesOf((await on(first).describe()).nodes.filter((node) => node.hold !== null))).toEqual([first, second].toSorted());
    });

    test('with room for one, exactly one of several holds at once wins', async () => {
      for (let round = 0; round < raceRounds; round += 1) {
        const hold = (node: string, index: number) => persistently(() => on(fixture.nodes.at(index - 1) ?? node).hold(node, ours, 1));
        const outcomes = await Promise.allSettled(fixture.nodes.map(hold));
        expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
        expect(codesOf(outcomes)).toEqual(fixture.nodes.slice(1).map(() => 'ClusterBusy'));
        expect((await on(anyNode()).describe()).nodes.filter((node) => node.hold !== null)).toHaveLength(1);
        for (const node of fixture.nodes) await on(anyNode()).release(node, ours);
      }
    });

    test("refuses a node that is in an operator's standby, and leaves it so", async () => {
      const [first, second] = [anyNode(), anyNode(anyNode())];
      await fixture.operatorStandby(first, 'on');
      await expect(on(second).hold(first, ours, 1)).rejects.toMatchObject({ code: 'RefusedByOperator' });
      await expect(on(second).release(first, ours)).resolves.toBe('notHeld');
      expect(await seenNode(on(second), first)).toMatchObject({ standby: true, standbyBy: 'operator', hold: null });
    });

    test('sees that an operator lifted the standby of a run, and does not set it again', async () => {
      const [first, second] = [anyNode(), anyNode(anyNode())];
      await on(second).hold(first, ours, 1);
      await fixture.operatorStandby(first, 'off');
      expect(await seenNode(on(second), first)).toMatchObject({ standby: false, standbyBy: 'nobody', hold: { run: ours, intact: false } });
      await expect(on(second).hold(first, ours, 1)).rejects.toMatchObject({ code: 'HoldBroken' });
      expect((await seenNode(on(second), first)).standby).toBe(false);
      await on(second).release(first, ours);
      expect((await seenNode(on(second), first)).hold).toBeNull();
    });

    test('gives the lease to exactly one of two runs that take it at once, and tells the other who has it', async () => {
      for (let round = 0; round < raceRounds; round += 1) {
        const outcomes = await Promise.allSettled([
          persistently(() => on(anyNode()).takeLease(ours)),
          persistently(() => on(anyNode(anyNode())).takeLease(theirs)),
        ]);
        const holders = [ours, theirs].filter((_, index) => outcomes[index]?.status === 'fulfilled');
        expect(holders).toHaveLength(1);
        expect(outcomes.find((outcome) => outcome.status === 'rejected')?.reason).toMatchObject({
          code: 'ClusterBusy',
          failure: { facts: { holder: holders[0] } },
        });
        expect((await on(anyNode()).describe()).lease?.run).toEqual(holders[0]);
        for (const run of [ours, theirs]) await on(anyNode()).dropLease(run);
        expect((await on(anyNode(anyNode())).describe()).lease).toBeNull();
      }
    });

    test('gives the lease again to the run that has it, and takes it from no other', async () => {
      const [first, second] = [anyNode(), anyNode(anyNode())];
      await on(first).takeLease(ours, releaseAfter);
      await on(second).takeLease(ours, '1h');
      await on(second).dropLease(theirs);
      expect((await on(first).describe()).lease).toEqual({ run: ours, releaseAfter });
      await on(second).dropLease(ours);
      await on(first).dropLease(ours);
      expect((await on(second).describe()).lease).toBeNull();
    });

    test('a held node is drained, its roles serve elsewhere, and all move as predicted', async () => {
      const predicted = await on(anyNode()).predictMoves(fixture.nodes, leftToCluster);
      expect(predicted.map((entry) => entry.node)).toEqual(fixture.nodes);
      for (const node of fixture.nodes) {
        const witness = on(anyNode(node));
        const baseline = baselineOf(await witness.describe());
        await witness.hold(node, ours, 1);
        const drained = await until(witness, (cluster) => decideDrained(cluster, node, ours, baseline));
        expect(instancesOn(drained, node)).toBe(0);
        await witness.release(node, ours);
        const settled = await until(witness, (cluster) => decideSettled(cluster, baseline, node));
        const moves = [...findMoves(baseline.roles, placementOf(drained), 'drain'), ...findMoves(placementOf(drained), placementOf(settled), 'return')];
        const expected = predicted.find((entry) => entry.node === node)?.moves.map(({ role, from, to, when }) => ({ role, from, to, when })) ?? [];
        expect(moves.toSorted(byRole)).toEqual(expected.toSorted(byRole));
      }
    });

    testPredictions(() => fixture);

    testSteering(() => fixture, ours);

    testHistory(() => fixture, ours);

    testSites(() => fixture, ours);

    testChanges(() => fixture, ours);

    test('a stack that is stopped in order is seen by a peer as gone in order, speaks for nobody, and comes back', async () => {
      const [first, second] = [anyNode(), anyNode(anyNode())];
      const baseline = baselineOf(await on(second).describe());
      await on(second).hold(first, ours, 1);
      await until(on(second), (cluster) => decideDrained(cluster, first, ours, baseline));
      await on(first).stopStack();
      await on(first).stopStack();
      const left = await until(on(second), (cluster) => decideLeft(cluster, first));
      expect(left.nodes.find((node) => node.name === first)).toMatchObject({
        online: false,
        unclean: false,
        expectedUp: false,
        hold: { run: ours, intact: true },
      });
      await expect(on(first).stackState()).resolves.toMatchObject({ running: false });
      await expect(on(first).hold(second, ours, 2)).rejects.toMatchObject({ code: 'NoQuorumHere' });
      await on(first).startStack();
      await on(first).startStack();
      for (const node of [second, first]) await until(on(node), (cluster) => decideMember(cluster, first));
      await expect(on(first).stackState()).resolves.toMatchObject({ running: true });
      await expect(on(first).findStrayResources()).resolves.toEqual([]);
      await on(second).release(first, ours);
      await until(on(second), (cluster) => decideSettled(cluster, baseline, first));
    });

    test('a member that is cut off answers no verb for the cluster, and changes nothing', async () => {
      const lost = fixture.nodes.at(-1) ?? never();
      const peer = anyNode(lost);
      await on(peer).takeLease(ours);
      await on(peer).hold(peer, ours, 1);
      await fixture.cut(lost);
      try {
        await until(on(peer), (cluster) =>
          verdictOf(cluster.nodes.some((node) => node.name === lost && node.online && !node.unclean) ? [`${lost} is there`] : []),
        );
        const cutOff = on(lost);
        await untilRefused(() => cutOff.hold(anyNode(peer, lost), ours, 9));
        await untilRefused(() => cutOff.release(peer, ours));
        await untilRefused(() => cutOff.keep(peer, ours, 'must not be written'));
        await untilRefused(() => cutOff.takeLease(theirs));
        await untilRefused(() => cutOff.dropLease(ours));
        await untilRefused(() => cutOff.predictMoves([peer], leftToCluster));
        await untilRefused(() => cutOff.findCandidates());
      } finally {
        await fixture.join(lost);
      }
      for (const node of [peer, lost]) await until(on(node), (cluster) => decideMember(cluster, lost));
      const after = await on(peer).describe();
      expect(after.lease?.run).toEqual(ours);
      expect(after.nodes.filter((node) => node.hold !== null).map(({ name: node, hold }) => ({ node, hold }))).toEqual([
        { node: peer, hold: { run: ours, intact: true, kept: null, releaseAfter: defaultOptions.releaseAfter } },
      ]);
    });
  });
}

async function seenNode(driver: ClusterDriver, name: string): Promise<ClusterNode> {
  return (await driver.describe()).nodes.find((node) => node.name === name) ?? never();
}

function instancesOn(cluster: WatchedCluster, node: string): number {
  return cluster.roles.flatMap((role) => role.instances).filter((instance) => instance.node === node && instance.state !== 'Stopped').length;
}

const requireOther = (nodes: readonly string[], not: readonly string[]) => nodes.find((node) => !not.includes(node)) ?? never();
const namesOf = (nodes: readonly ClusterNode[]) => nodes.map((node) => node.name).toSorted();
const codesOf = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
  outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [(outcome.reason as CauError).code] : []));
const byRole = (left: { role: string; when: string }, right: { role: string; when: string }) =>
  `${left.when} ${left.role}`.localeCompare(`${right.when} ${right.role}`, 'en');

function never(): never {
  throw new Error('The fixture has fewer nodes than the suite needs.');
}
