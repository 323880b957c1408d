/** A node's report against its boots. */
import { isSameBoot } from '../records.js';
import type { NodeReport } from '../report.js';
import type { NodeEvidence } from '../evidence.js';
import { patienceMs } from './reported-installations.js';

/** Each reported restart leads from one boot of the node to the next; a node that succeeded had no other boots meanwhile. */
export function bootsAsReported(reported: NodeReport, { boots: { records, gap } }: NodeEvidence, skewMs: number): string[] {
  const { node, restarts, startedAt, endedAt } = reported;
  const invented = restarts.filter(
    ({ from, to }) => !records.some((boot, index) => isSameBoot(boot.bootId, to) && isSameBoot(records[index - 1]?.bootId ?? '', from)),
  );
  const margin = skewMs + patienceMs;
  const isWithin = (at: string) =>
    startedAt !== null && endedAt !== null && Date.parse(at) >= Date.parse(startedAt) - margin && Date.parse(at) <= Date.parse(endedAt) + margin;
  const isSaid = (bootId: string) =>
    restarts.some(({ to }) => isSameBoot(to, bootId)) || reported.notes.some((note) => note.replaceAll('-', '').includes(bootId.replaceAll('-', '')));
  const silent = reported.outcome === 'Succeeded' ? records.slice(1).filter(({ at, bootId }) => isWithin(at) && !isSaid(bootId)) : [];
  return [
    ...(gap === null
      ? invented.map(({ from, to }) => `the report has ${node} restarted from boot ${from.slice(0, 8)} to ${to.slice(0, 8)}, and its boots do not`)
      : []),
    ...silent.map(({ at, bootId }) => `${node} booted at ${at} (${bootId.slice(0, 8)}), and the report does not say so`),
  ];
}
