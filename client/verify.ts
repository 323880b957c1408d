/** Verifying a run that is over. */
import { randomUUID } from 'node:crypto';
import type { Report } from '../domain/report.js';
import { verificationId } from '../domain/names.js';
import { parseVerificationRequest } from '../domain/verify/request.js';
import type { Verification } from '../domain/verify/verify-run.js';
import { askWorkflow } from './asked-workflows.js';
import type { TemporalClient } from './connection.js';
import { requireCoordinator } from './runs.js';
import { clusterKey } from '../workflows/messages.js';

/** What is to be verified: the run of that id, by its report where that is given (from the archive of a node). */
export interface VerificationSubject {
  readonly cluster: string;
  readonly workflowId: string;
  readonly report?: Report;
}

/**
 * Asks every node and the cluster for their records and answers what they say of the run.
 * @throws CauError `InvalidInput`, `RunNotFound` also for a run that is not over, `TemporalUnsuitable` without a coordinator
 */
export async function verifyRun(temporal: TemporalClient, subject: VerificationSubject): Promise<Verification> {
  const request = parseVerificationRequest(subject);
  await requireCoordinator(temporal);
  return askWorkflow<Verification>(temporal, 'verification', {
    workflowId: `${verificationId(request.cluster, new Date())}-${randomUUID().slice(0, 8)}`,
    args: [request],
    typedSearchAttributes: [{ key: clusterKey, value: request.cluster }],
    staticSummary: `verification of run ${request.workflowId}`,
  });
}
