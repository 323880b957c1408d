/** A verification: what a run promised, proven from the records of the nodes and of the cluster. Changes nothing. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { parseVerificationRequest, runOfReport } from '../domain/verify/request.js';
import { verificationOf, type Verification } from '../domain/verify/verify-run.js';
import { asWorkflow } from './failures.js';
import { gatherEvidence } from './gather-evidence.js';
import { coordinator } from './workers.js';
import { clusterKey } from './messages.js';

/** Says of each invariant whether it holds for a run that is over. */
export async function verification(input: unknown): Promise<Verification> {
  return asWorkflow(async () => {
    const { cluster, workflowId, report } = parseVerificationRequest(input);
    upsertSearchAttributes([{ key: clusterKey, value: cluster }]);
    setCurrentDetails(`Verifies run ${workflowId} of cluster **${cluster}**; nothing is changed.`);
    const run = report === undefined ? await coordinator(`read run ${workflowId}`).readRun({ cluster, workflowId }) : runOfReport(report);
    return verificationOf(run, await gatherEvidence(run));
  });
}
