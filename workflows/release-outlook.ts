/** Asking nodes what they are about to do by themselves about what a run left. */
import { isSameRun, type RunReference } from '../domain/names.js';
import type { ReleaseOutlook } from '../domain/ports/activities.js';
import { question } from './workers.js';

type Claim = ReleaseOutlook['claims'][number];

/** What the first of the nodes that watches that run says of it; null when none does. */
export async function askOutlook(cluster: string, nodes: readonly string[], run: RunReference, what: 'hold' | 'lease'): Promise<Claim | null> {
  for (const node of nodes.slice(0, 3)) {
    const claim = findClaim(await describeRelease(cluster, node), run, what);
    if (claim !== undefined) return claim;
  }
  return null;
}

/** What a node says of the run's lease, or of what the run has on the node itself: the hold, or its stopped stack. */
export function findClaim(outlook: ReleaseOutlook | null, run: RunReference, what: 'hold' | 'lease'): Claim | undefined {
  return outlook?.claims.find((claim) => isSameRun(claim.run, run) && (claim.what === 'lease') === (what === 'lease'));
}

/** The outlook of one node, or null when its worker does not answer. */
export async function describeRelease(cluster: string, node: string): Promise<ReleaseOutlook | null> {
  return question(cluster, node, 3000, `${node}: what will it release by itself?`)
    .describeRelease({ cluster, node })
    .catch(() => null);
}
