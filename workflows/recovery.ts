/** Recovery: shows what runs that are over left, and clears it step by step. It excludes nobody: each step is safe by itself. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import {
  claimedRuns,
  decideRecoveryStep,
  keyOfStep,
  recoveryRequestSchema,
  type LeftClaim,
  type Leftovers,
  type Recovery,
  type RecoveryRequest,
  type RecoveryStep,
} from '../domain/recovery.js';
import { isSameRun, type RunReference } from '../domain/names.js';
import { isKept } from '../domain/release.js';
import { parseInput } from '../domain/parse-input.js';
import { endHold } from './end-hold.js';
import { asWorkflow, failureFrom } from './failures.js';
import { describeRelease, findClaim } from './release-outlook.js';
import { meetCluster, type Acquaintance } from './survey.js';
import { waiting } from './waiting.js';
import { coordinator, coordinatorWait } from './workers.js';
import { clusterKey } from './messages.js';

const releaseMs = 30_000;

/** Shows or clears what is left of runs on a cluster. */
export async function recovery(input: unknown): Promise<Recovery> {
  return asWorkflow(async () => {
    const request = parseInput(recoveryRequestSchema, input, 'recovery');
    const { cluster, requestedBy = 'unknown', reason = null } = request;
    upsertSearchAttributes([{ key: clusterKey, value: cluster }]);
    const did: string[] = [];
    const tried = new Set<string>();
    for (;;) {
      setCurrentDetails([`Recovery of cluster **${cluster}** by ${requestedBy}.`, '', ...did.map((line) => `- ${line}`)].join('\n'));
      const met = await meetCluster(cluster);
      const left = await findLeftovers(met);
      const step: RecoveryStep = request.apply ? decideRecoveryStep(left, request, tried) : { kind: 'none' };
      if (step.kind === 'none' || step.kind === 'refuse') {
        const refused = step.kind === 'refuse' ? step.failure : null;
        return { version: 1, cluster, at: new Date().toISOString(), requestedBy, reason, applied: request.apply, did, left, refused };
      }
      tried.add(keyOfStep(step));
      did.push(await perform(step, request, met).catch((error: unknown) => `${keyOfStep(step)}: ${failureFrom(error).message}`));
    }
  });
}

/** Does the step, and says what came of it. */
async function perform(step: Exclude<RecoveryStep, { kind: 'none' | 'refuse' }>, request: RecoveryRequest, { witnesses }: Acquaintance): Promise<string> {
  const { requestedBy = 'unknown', reason } = request;
  const why = `cau recover by ${requestedBy}${reason === undefined ? '' : `: ${reason}`}`;
  switch (step.kind) {
    case 'terminate': {
      const { workflowId, runId, problem } = step.workflow;
      await coordinator(`terminate ${workflowId}`).terminateStuck({ workflowId, runId, why });
      return `terminated ${workflowId}, which was stuck: ${problem ?? ''}`;
    }
    case 'await': {
      const { workflowId } = step.workflow;
      const isClosed = await waiting(witnesses.board, 'cleaning', { holder: workflowId }, releaseMs, (wait) =>
        coordinatorWait(wait, `wait until ${workflowId} has ended in order`).awaitClosed.executeWithOptions(
          { startToCloseTimeout: releaseMs, scheduleToCloseTimeout: releaseMs, heartbeatTimeout: '3s' },
          [{ workflowIds: [workflowId], cancel: true }],
        ),
      ).then(
        () => true,
        () => false,
      );
      return isClosed ? `${workflowId} ended in order` : `asked ${workflowId} to end in order; it is still at it`;
    }
    case 'endHold': {
      const { node, run, evenKept } = step;
      const answer = await endHold(witnesses, { node, run, why, evenKept, patienceMs: releaseMs });
      return answer.kind === 'released' ? `released ${node}, left by ${run.workflowId}` : `${node} is not released: ${answer.because}`;
    }
    case 'dropLease': {
      const { run } = step;
      await witnesses.ask({ summary: `drop the lease of ${run.workflowId}`, not: null, ask: (activities, target) => activities.dropLease({ ...target, run }) });
      return `dropped the lease of ${run.workflowId}`;
    }
  }
}

async function findLeftovers({ description }: Acquaintance): Promise<Leftovers> {
  const { cluster, nodes, lease } = description;
  const survey = await coordinator(`which workflows of cluster ${cluster} are open?`).surveyWorkflows.executeWithOptions(
    { startToCloseTimeout: '10s', scheduleToCloseTimeout: '30s' },
    [{ cluster, nodes: nodes.map((node) => node.name), runs: claimedRuns(description) }],
  );
  const held = nodes.filter((node) => node.hold !== null);
  const watchers = held.length > 0 ? held.map((node) => node.name) : lease === null ? [] : [description.witness.node];
  const outlooks = await Promise.all(watchers.map((node) => describeRelease(cluster, node)));
  const claimOf = (run: RunReference, node: string | null): LeftClaim => ({
    run,
    state: survey.runs.find((one) => isSameRun(one.run, run))?.state ?? 'unknown',
    outlook:
      outlooks
        .filter((outlook) => node === null || outlook?.node === node)
        .map((outlook) => findClaim(outlook, run, node === null ? 'lease' : 'hold'))
        .find((claim) => claim !== undefined)?.decision ?? null,
  });
  return {
    workflows: survey.workflows,
    holds: held.flatMap(({ name, hold }) => (hold === null ? [] : [{ ...claimOf(hold.run, name), node: name, kept: isKept(hold) ? hold.kept : null }])),
    lease: lease === null ? null : claimOf(lease.run, null),
    operatorNodes: nodes.filter((node) => node.standbyBy === 'operator' || node.maintenance).map((node) => node.name),
  };
}
