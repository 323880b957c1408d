/** The evidence of a node within what it may answer; whatever is cut is a gap. */
import { fitList } from '../payload-size.js';
import type { ClusterHistory, Records } from '../records.js';
import type { NodeEvidence } from '../evidence.js';

/** Together well below the budget of one payload, and for 100 nodes below what one history may hold. */
const budgetBytes = { boots: 16 * 1024, installations: 256 * 1024, ledger: 32 * 1024, history: 64 * 1024 } as const;

/** Evidence as its parts were read. */
export interface ReadEvidence extends Pick<NodeEvidence, 'node' | 'at' | 'bootId'> {
  readonly boots: Records<NodeEvidence['boots']['records'][number]>;
  readonly installations: Records<NodeEvidence['installations']['records'][number]>;
  readonly ledger: Records<NodeEvidence['ledger']['records'][number]>;
  readonly history: Records<ClusterHistory['records'][number]> & Pick<ClusterHistory, 'scope'>;
}

/** The first records of each kind as far as they fit. */
export function fitEvidence(read: ReadEvidence): NodeEvidence {
  return {
    ...read,
    boots: fit(read.boots, budgetBytes.boots),
    installations: fit(read.installations, budgetBytes.installations),
    ledger: fit(read.ledger, budgetBytes.ledger),
    history: { ...fit(read.history, budgetBytes.history), scope: read.history.scope },
  };
}

function fit<T>({ records, gap }: Records<T>, bytes: number): { records: T[]; gap: string | null } {
  const { kept, cut } = fitList(records, bytes);
  const missing = [...(gap === null ? [] : [gap]), ...(cut === 0 ? [] : [`${cut} later records of ${records.length} do not fit the answer of one node`])];
  return { records: kept, gap: missing.length === 0 ? null : missing.join('; ').slice(0, 500) };
}
