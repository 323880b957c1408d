/** What a node recorded by itself, as evidence for the verification of a run. */
import type { z } from 'zod';
import { failureOf } from '../domain/errors.js';
import type { nodeInputs } from '../domain/ports/activities.js';
import { noRecords, type Records } from '../domain/records.js';
import type { NodeEvidence } from '../domain/evidence.js';
import { fitEvidence } from '../domain/verify/evidence-size.js';
import type { NodeActivityDependencies } from './node-activities.js';
import { whileBeating } from './while-beating.js';

/** Reads everything that is there; what cannot be read is a gap with its reason, never an error. */
export async function collectEvidence(
  { own, host, driver, ledger, plugins }: Pick<NodeActivityDependencies, 'own' | 'host' | 'driver' | 'ledger' | 'plugins'>,
  { run, since }: z.infer<typeof nodeInputs.evidence>,
): Promise<NodeEvidence> {
  return whileBeating('reading the records of the node', async () => {
    const [bootId, boots, installations, entries, history] = await Promise.all([
      host.bootId(),
      readable(() => host.boots(since)),
      readable(() => plugins.history(since)),
      readable(async () => ({ records: await ledger.listOf(run), gap: null })),
      driver.history(since).catch((error: unknown) => ({ ...noRecords(failureOf(error).message), scope: 'node' as const })),
    ]);
    return fitEvidence({ node: own.node, at: new Date().toISOString(), bootId, boots, installations, ledger: entries, history });
  });
}

async function readable<T>(read: () => Promise<Records<T>>): Promise<Records<T>> {
  return read().catch((error: unknown) => noRecords(failureOf(error).message));
}
