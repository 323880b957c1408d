/** A preview: readiness, plan and predicted moves of a run, changing nothing and excluding nobody. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { failureBudget } from '../domain/budget.js';
import { placementOf } from '../domain/placement.js';
import { withMoves } from '../domain/plan.js';
import type { Preview } from '../domain/preview.js';
import { quorumMargin } from '../domain/quorum.js';
import { findBlocker } from '../domain/readiness/readiness.js';
import { parseInput, runRequestSchema } from '../domain/requests.js';
import { asWorkflow, failureFrom } from './failures.js';
import { resolveOptions } from './profile.js';
import { checkCluster, compareModes, findingsFrom, meetCluster, planFrom, planWaves, predictMoves, scanNodes } from './survey.js';
import { previewWindow, recallNodeTimes, settleWindow } from './window.js';
import { clusterKey } from './messages.js';

/** Says what an Updating Run with the same request would do now. */
export async function preview(input: unknown): Promise<Preview> {
  return asWorkflow(async () => {
    const request = parseInput(runRequestSchema, input, 'preview');
    upsertSearchAttributes([{ key: clusterKey, value: request.cluster }]);
    setCurrentDetails(`Previews an Updating Run of cluster **${request.cluster}**; nothing is changed.`);
    const { options, findings: ofProfile, ...profile } = await resolveOptions(request);
    const window = await settleWindow(options.values);
    const met = await meetCluster(request.cluster);
    const { description } = met;
    const nodes = request.nodes ?? description.nodes.map((node) => node.name);
    const cluster = await checkCluster(met, nodes, options.values);
    const scans = await scanNodes(met, nodes, options.values);
    const { plan, findings } = await planWaves(met, planFrom(met, scans, options.values), options.values);
    const predicting = predictMoves(met, plan, options.values);
    const [nodeTimes, moves, modes] = await Promise.all([
      recallNodeTimes(met.witnesses, window),
      predicting,
      compareModes(met, plan, { mode: options.values, moves: predicting }).catch((error: unknown) => void failureFrom(error)),
    ]);
    const readiness = [...ofProfile, ...cluster, ...findingsFrom(scans, options.values), ...findings];
    return {
      version: 1,
      cluster: request.cluster,
      at: new Date().toISOString(),
      driver: description.driver,
      software: description.software,
      options,
      ...profile,
      readiness,
      blocked: findBlocker(readiness),
      failureBudget: failureBudget(options.values.maxFailedNodes, description.nodes.length, quorumMargin(description)),
      roles: placementOf(description),
      window: window === null ? null : previewWindow(window, plan, nodeTimes),
      plan: withMoves(plan, moves),
      ...(modes === undefined ? {} : { modes }),
    };
  });
}
