/**
 * When does a node release by itself what a run holds of it? When that run is over and nobody cleans up after it, or when
 * Temporal has not known it for `releaseAfter`. The node decides this alone: whatever else could may be gone.
 */
import { z } from 'zod';
import type { ClusterSight, Hold, Lease } from './cluster.js';
import { findNode } from './cluster.js';
import { durationMs, renderElapsed, type Duration } from './duration.js';
import { isSameRun, runReferenceSchema, type RunReference } from './names.js';

/** What Temporal says of a run. */
export type RunKnowledge =
  | { readonly kind: 'open' }
  /** Closed for certain; `cleaner` is the workflow of the run (its guard, or that of this node) that is still there to end in order. */
  | { readonly kind: 'closed'; readonly cleaner: string | null }
  /** Temporal answers and knows no such run: its retention is over, or its data is lost. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unreachable' };

/**
 * For how long a run has been in doubt without a break. What counts is the time in which the node looked, so that neither a
 * clock that is set nor a boot that takes long makes it longer; and it is kept on disk, so that a restart of the worker does
 * not make it begin anew.
 */
export const doubtSchema = z.strictObject({
  run: runReferenceSchema,
  /** `away`: Temporal does not know it, or does not answer. `cleaning`: it is closed, and something is there to clean up. */
  kind: z.enum(['away', 'cleaning']),
  since: z.iso.datetime(),
  /** The last look. */
  at: z.iso.datetime(),
  forMs: z.number().min(0),
});
export type Doubt = z.infer<typeof doubtSchema>;

/** `leave`: it is not for the node to end. `wait`: not yet, `until` at the latest. */
export type ReleaseDecision =
  | { readonly act: 'leave'; readonly because: string }
  | { readonly act: 'wait'; readonly because: string; readonly since: string; readonly until: string }
  | { readonly act: 'release'; readonly because: string };

/** Longer gaps between two looks count as this much: nobody looked meanwhile. */
const longestGapMs = 60_000;

/** The doubt after one more look; null when there is none. */
export function countDoubt(before: Doubt | null, run: RunReference, knowledge: RunKnowledge, now: Date): Doubt | null {
  const kind = doubtOf(knowledge);
  if (kind === null) return null;
  const at = now.toISOString();
  if (before === null || before.kind !== kind || !isSameRun(before.run, run)) return { run, kind, since: at, at, forMs: 0 };
  const gapMs = now.getTime() - Date.parse(before.at);
  return { ...before, at, forMs: before.forMs + Math.min(Math.max(gapMs, 0), longestGapMs) };
}

/**
 * What a node does about its hold. A node that was kept on purpose waits for a person; a run that is open is left alone
 * however long it takes.
 */
export function decideHoldRelease(
  hold: Pick<Hold, 'run' | 'kept' | 'intact' | 'releaseAfter'>,
  knowledge: RunKnowledge,
  doubt: Doubt | null,
  now: Date,
): ReleaseDecision {
  if (isKept(hold)) return { act: 'leave', because: `kept in maintenance mode on purpose: ${hold.kept}` };
  return decideByRun(hold, knowledge, doubt, now);
}

/** Whether a node waits for a person. Once he has ended its standby, what is left of the record is a remnant like any other. */
export function isKept(hold: Pick<Hold, 'kept' | 'intact'>): boolean {
  return hold.kept !== null && hold.intact;
}

/** What any node does about the lease: as about a hold, once the run holds no node any more. A kept node is no work under way. */
export function decideLeaseRelease(lease: Lease, cluster: ClusterSight, knowledge: RunKnowledge, doubt: Doubt | null, now: Date): ReleaseDecision {
  const held = cluster.nodes.filter((node) => node.hold !== null && node.hold.kept === null && isSameRun(node.hold.run, lease.run));
  const decision = decideByRun(lease, knowledge, doubt, now);
  if (decision.act !== 'release' || held.length === 0) return decision;
  return { act: 'leave', because: `its run still holds ${held.map((node) => node.name).join(', ')}` };
}

/**
 * Why a node must be kept instead of being released, or null: a role whose stop failed may still run there, and what runs
 * behind the cluster's back would be recovered on a healthy node. The same two keep a node at the end of its update.
 */
export function reasonToKeep(cluster: ClusterSight, nodeName: string, strays: readonly string[]): string | null {
  if (strays.length > 0) return `${strays.join(', ')} runs on ${nodeName} although the cluster did not start it there.`;
  const blocked = cluster.roles.flatMap((role) => role.instances).find((instance) => instance.node === nodeName && instance.blocked);
  return blocked === undefined ? null : `The cluster could not stop "${blocked.resource}" on ${nodeName} and does not try again.`;
}

/** The run that holds the node, as the cluster shows it. */
export function holdOf(cluster: ClusterSight, nodeName: string): Hold | null {
  return findNode(cluster, nodeName)?.hold ?? null;
}

function decideByRun(
  claim: { readonly run: RunReference; readonly releaseAfter: Duration },
  knowledge: RunKnowledge,
  doubt: Doubt | null,
  now: Date,
): ReleaseDecision {
  const { workflowId } = claim.run;
  if (knowledge.kind === 'open') return { act: 'leave', because: `run ${workflowId} is not over` };
  if (knowledge.kind === 'closed' && knowledge.cleaner === null) return { act: 'release', because: `run ${workflowId} is over and nothing cleans up after it` };
  const words = describeDoubt(workflowId, knowledge);
  const leftMs = durationMs(claim.releaseAfter) - (doubt?.forMs ?? 0);
  if (leftMs <= 0) return { act: 'release', because: `${words}, for ${renderElapsed(doubt?.forMs ?? 0)} now (releaseAfter ${claim.releaseAfter})` };
  return { act: 'wait', because: words, since: doubt?.since ?? now.toISOString(), until: new Date(now.getTime() + leftMs).toISOString() };
}

function doubtOf(knowledge: RunKnowledge): Doubt['kind'] | null {
  switch (knowledge.kind) {
    case 'open':
      return null;
    case 'closed':
      return knowledge.cleaner === null ? null : 'cleaning';
    case 'unknown':
    case 'unreachable':
      return 'away';
  }
}

function describeDoubt(workflowId: string, knowledge: Exclude<RunKnowledge, { kind: 'open' }>): string {
  switch (knowledge.kind) {
    case 'closed':
      return `run ${workflowId} is over and ${knowledge.cleaner ?? 'nothing'} cleans up after it`;
    case 'unknown':
      return `Temporal knows no run ${workflowId}`;
    case 'unreachable':
      return `Temporal does not answer about run ${workflowId}`;
  }
}
