/** Nodes that joined the cluster while a run worked on it. */
import type { Finding } from './report.js';

/** What a run says of them: it updated only those that were there when it began. */
export function newcomerFindings(known: readonly string[], seen: Iterable<string>): Finding[] {
  return [...new Set(seen)]
    .filter((node) => !known.includes(node))
    .toSorted()
    .map((node) => ({
      id: 'nodes.joined',
      severity: 'warning',
      message: `${node} joined the cluster during the run and was not updated.`,
      remedy: 'Start a run for it.',
      skipped: false,
    }));
}
