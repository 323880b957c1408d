/** A node's report against its boots. */
import type { NodeEvidence } from '../evidence.js';
import { isSameBoot, type Boot } from '../records.js';
import type { NodeReport } from '../report.js';
import { patienceMs } from './reported-installations.js';

/**
 * Each reported restart leads from one boot of the node to a later one, and a node that succeeded had no boots while it was
 * held but those. A node that loses its power while it restarts boots once more before anybody can see it.
 */
export function bootsAsReported(reported: NodeReport, { boots: { records, gap } }: NodeEvidence, skewMs: number): string[] {
  const { node, outcome, restarts, notes } = reported;
  const indexOf = (bootId: string) => records.findIndex((boot) => isSameBoot(boot.bootId, bootId));
  const invented = restarts.filter(({ from, to }) => indexOf(from) < 0 || indexOf(to) <= indexOf(from));
  const spans = [...restarts.map(({ from, to }) => [indexOf(from), indexOf(to)] as const), ...notes.map((note) => spanOf(note, records))];
  const isSaid = (index: number) => spans.some(([from, to]) => from < index && index <= to);
  const silent = outcome === 'Succeeded' ? records.filter(({ at }, index) => index > 0 && !isSaid(index) && isWhileHeld(reported, at, skewMs)) : [];
  return [
    ...(gap === null
      ? invented.map(({ from, to }) => `the report has ${node} restarted from boot ${from.slice(0, 8)} to ${to.slice(0, 8)}, and its boots do not`)
      : []),
    ...silent.map(({ at, bootId }) => `${node} booted at ${at} (${bootId.slice(0, 8)}), and the report does not say so`),
  ];
}

/**
 * Whether that was for certain while the run held the node: a boot before and after is no affair of the run, also when it still waits for
 * roles to settle, and clocks differ.
 */
function isWhileHeld({ steps, inMaintenanceMs }: NodeReport, at: string, skewMs: number): boolean {
  const held = steps.find(({ step }) => step === 'holding');
  if (held === undefined || inMaintenanceMs === null) return false;
  const heldFrom = Date.parse(held.at);
  const margin = skewMs + patienceMs;
  return Date.parse(at) > heldFrom + margin && Date.parse(at) < heldFrom + inMaintenanceMs - margin;
}

/** The boots from the first to the last one that a note names: "restarted by itself (boot … -> …)". */
function spanOf(note: string, boots: readonly Boot[]): readonly [number, number] {
  const plain = note.replaceAll('-', '');
  const named = boots.flatMap(({ bootId }, index) => (plain.includes(bootId.replaceAll('-', '')) ? [index] : []));
  return [Math.min(...named), Math.max(...named)];
}
