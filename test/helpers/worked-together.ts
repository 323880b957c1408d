/** Which nodes of a run were worked on at the same time. */
import type { Report } from '../../domain/report.js';

/** By the times of the report; of each pair the names in order. */
export function pairsOf({ nodes }: Report): string[] {
  const spans = nodes.map(({ node, startedAt, endedAt }) => ({ node, from: Date.parse(startedAt ?? ''), to: Date.parse(endedAt ?? '') }));
  return spans.flatMap((one) =>
    spans.filter((other) => one.node < other.node && one.from < other.to && other.from < one.to).map((other) => `${one.node} ${other.node}`),
  );
}
