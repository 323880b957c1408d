/** Asking for a recovery: it runs as a workflow, so that it works from anywhere, and nodes let nobody else end a hold. */
import { recoveryId } from '../domain/names.js';
import { recoveryRequestSchema, type Recovery, type RecoveryRequest } from '../domain/recovery.js';
import { parseInput } from '../domain/parse-input.js';
import { askWorkflow } from './asked-workflows.js';
import type { TemporalClient } from './connection.js';
import { requireWorkers } from './runs.js';

/** @throws CauError `InvalidInput`, `TemporalUnsuitable` without a coordinator, `ClusterUnknown` without a node worker */
export async function recoverCluster(temporal: TemporalClient, input: RecoveryRequest): Promise<Recovery> {
  const request = parseInput(recoveryRequestSchema, input, 'recover');
  await requireWorkers(temporal, request.cluster);
  return askWorkflow<Recovery>(temporal, 'recovery', {
    workflowId: recoveryId(request.cluster, new Date()),
    args: [request],
    staticSummary: `recovery of cluster ${request.cluster}${request.apply ? '' : ' (shown only)'}`,
  });
}
