/** Questions and changes to the cluster, answered by the member that was chosen as witness. */
import { heartbeat } from '@temporalio/activity';
import { decideDrained, decideEmpty, decideHeld } from '../domain/drained.js';
import { decideLeft, decideMember, decideVacated } from '../domain/membership.js';
import { leftToCluster } from '../domain/move-modes.js';
import { placementOf } from '../domain/placement.js';
import { nodeInputs, parseBaseline, type ClusterActivities, type IntroductionActivities } from '../domain/ports/activities.js';
import type { ClusterDriver } from '../domain/ports/cluster-driver.js';
import type { ClusterDescription, WatchedCluster } from '../domain/cluster.js';
import { decideSettled } from '../domain/settled.js';
import type { Verdict } from '../domain/verdict.js';
import { nameSchema } from '../domain/names.js';
import { z } from 'zod';
import type { NodeBoundary } from './boundary.js';
import { requireQuorate } from './quorate.js';
import { whileBeating } from './while-beating.js';

/** The cluster activities of one node's worker. */
export function createClusterActivities({ boundary, driver }: { readonly boundary: NodeBoundary; readonly driver: ClusterDriver }): ClusterActivities {
  const { guard } = boundary;
  return {
    describeCluster: guard(nodeInputs.target, () => describeWithQuorum(driver)),
    predictMoves: guard(nodeInputs.predict, ({ order, mode = leftToCluster }) => thinking(() => driver.predictMoves(order, mode))),
    findCandidates: guard(nodeInputs.target, () => thinking(() => driver.findCandidates())),
    findReturns: guard(nodeInputs.target, () => thinking(() => driver.findReturns())),
    chooseTargets: guard(nodeInputs.chooseTargets, ({ drained, later, homes }) => thinking(() => driver.chooseTargets({ node: drained, later, homes }))),
    planFailback: guard(nodeInputs.failback, ({ homes }) => thinking(() => driver.planFailback(homes))),
    steerRoles: guard(nodeInputs.steer, ({ run, of, steering }) => driver.steer(run, of, steering)),
    unsteerRoles: guard(nodeInputs.unsteer, ({ run, of }) => driver.unsteer(run, of)),
    takeLease: guard(nodeInputs.claim, ({ run, releaseAfter }) => driver.takeLease(run, releaseAfter)),
    dropLease: guard(nodeInputs.lease, ({ run }) => driver.dropLease(run)),
    holdNode: guard(nodeInputs.hold, ({ held, run, limit, releaseAfter, terms }) => driver.hold(held, run, limit, releaseAfter, terms)),
    releaseNode: guard(nodeInputs.release, ({ held, run }) => driver.release(held, run)),
    keepNode: guard(nodeInputs.keep, async ({ held, run, reason }) => {
      await driver.keep(held, run, reason);
      return { releaseCommand: driver.capabilities.releaseCommand(held) };
    }),
    watchCluster: guard(nodeInputs.watch, async (input) => {
      const until = Date.now() + input.patienceMs;
      for (;;) {
        // A node's own view of itself counts only together with quorum; a node that left has no view to prove.
        const { sight, isIdle, waitForChange } = await driver.look();
        requireQuorate(sight);
        const seen = decide(sight, input);
        const verdict = seen.state === 'met' ? decide({ ...sight, idle: !asksIdle(input.condition) || (await isIdle()) }, input) : seen;
        heartbeat(verdict);
        const leftMs = until - Date.now();
        if (verdict.state !== 'waiting' || leftMs <= 0)
          return { verdict, placement: placementOf(sight), witness: sight.witness, members: sight.nodes.map(({ name }) => name) };
        await waitForChange(Math.min(leftMs, 1000));
      }
    }),
  };
}

/** The one activity on the queue that all node workers of a cluster share. */
export function createIntroductionActivities({
  boundary,
  driver,
}: {
  readonly boundary: NodeBoundary;
  readonly driver: ClusterDriver;
}): IntroductionActivities {
  return { introduceCluster: boundary.guard(z.strictObject({ cluster: nameSchema }), () => driver.describe()) };
}

/** Imagining takes a simulation for each step, which may be many. */
const thinking = <T>(think: () => Promise<T>): Promise<T> => whileBeating('thinking through what the cluster would do', think);

async function describeWithQuorum(driver: ClusterDriver): Promise<ClusterDescription> {
  const cluster = await driver.describe();
  requireQuorate(cluster);
  return cluster;
}

/** Whether nothing may be under way as well; the dearest question, so that it comes last. */
const asksIdle = (condition: z.infer<typeof nodeInputs.watch>['condition']) => condition === 'drained' || condition === 'settled';

function decide(cluster: WatchedCluster, input: z.infer<typeof nodeInputs.watch>): Verdict {
  const baseline = parseBaseline(input.baseline ?? { roles: [], scores: [], failedActions: [] });
  switch (input.condition) {
    case 'drained':
      return decideDrained(cluster, input.watched, input.run, baseline);
    case 'empty':
      return decideEmpty(cluster, input.watched, input.run);
    case 'held':
      return decideHeld(cluster, input.watched, input.run);
    case 'member':
      return decideMember(cluster, input.watched);
    case 'left':
      return decideLeft(cluster, input.watched);
    case 'vacated':
      return decideVacated(cluster, input.watched, baseline);
    case 'settled':
      return decideSettled(cluster, baseline, input.watched);
  }
}
