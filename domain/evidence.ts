/** What is laid before the invariants: every node's own records, and the cluster as it is now. */
import { z } from 'zod';
import type { ClusterDescription } from './cluster.js';
import type { RunReference } from './names.js';
import { bootSchema, clusterHistorySchema, installationSchema, ledgerEntrySchema, recordsOf } from './records.js';
import type { Report } from './report.js';

/** The records of one node from the start of a run on. Boots begin with the one that was running then. */
export const nodeEvidenceSchema = z.strictObject({
  node: z.string(),
  /** The node's own clock when it answered. */
  at: z.iso.datetime(),
  bootId: z.string(),
  boots: recordsOf(bootSchema),
  installations: recordsOf(installationSchema),
  /** This run's operations in the node's ledger. */
  ledger: recordsOf(ledgerEntrySchema),
  /** The history of the cluster, as this node can tell it. */
  history: clusterHistorySchema,
});
export type NodeEvidence = z.infer<typeof nodeEvidenceSchema>;

/** What a run was allowed beyond the usual, as far as invariants depend on it. */
export interface RunTerms {
  /** How many nodes it might hold at once (`maxParallelNodes`). */
  readonly limit: number;
  readonly allowOutage: boolean;
}

/** The run that is verified. Without a report (it was terminated, or refused to start) the invariants of the cluster can still be told. */
export interface VerifiedRun {
  readonly cluster: string;
  readonly run: RunReference;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly report: Report | null;
  /** By its report, or by what it told its first node; null when there is neither. */
  readonly terms: RunTerms | null;
  /** Why there is no report; null when there is one. */
  readonly noReport: string | null;
}

/** All that a verification goes by; what is missing is named. */
export interface Evidence {
  readonly at: string;
  /** The cluster now, by a member with quorum; null when nobody could speak for it. */
  readonly cluster: ClusterDescription | null;
  readonly noCluster: string | null;
  readonly nodes: readonly NodeEvidence[];
  /** Nodes that gave no evidence, and why. */
  readonly silent: readonly { readonly node: string; readonly why: string }[];
  /** How far the clocks of nodes and coordinator may be apart, in milliseconds. */
  readonly skewMs: number;
  /** The guard of the run is not closed yet: what is left may still be cleaned up. */
  readonly isCleaningUp: boolean;
}
