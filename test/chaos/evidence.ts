/** What is known of a run that was tormented: its own word, and the records of everybody else. */
import type { BootRecord } from '../../clusters/simulated/machine-files.js';
import type { PackageLogLine } from '../../clusters/simulated/model.js';
import type { ClusterDescription } from '../../domain/cluster.js';
import type { Failure } from '../../domain/errors.js';
import type { Report } from '../../domain/report.js';
import type { Verification } from '../../domain/verify/verify-run.js';
import type { SeenEvent } from '../../histories/follow.js';
import type { Terms } from './terms.js';
import type { Sight } from './watch-cluster.js';

export type RunEnd =
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** It did not end in time; what it waits for. */
  | { readonly kind: 'hung'; readonly pending: readonly string[] };

export interface RunEvidence {
  readonly workflowId: string;
  readonly terms: Terms;
  /** The nodes that the run was asked for. */
  readonly nodes: readonly string[];
  /** The version of the updates on offer. */
  readonly version: string;
  readonly end: RunEnd;
  readonly events: readonly SeenEvent[];
  readonly isGuardClosed: boolean;
  readonly sights: readonly Sight[];
  /** The cluster afterwards. */
  readonly description: ClusterDescription;
  /** By node: what its package data base logged since the run began. */
  readonly installs: Readonly<Record<string, readonly PackageLogLine[]>>;
  /** By node: the boot on which the run began, and every later one. */
  readonly boots: Readonly<Record<string, readonly BootRecord[]>>;
  /** What "cau verify" says of the run; null for one that did not end. */
  readonly verification: Verification | null;
  /** By node: versions by name, afterwards. */
  readonly installed: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What the faults of a run excuse. */
export interface Excuses {
  /** Boots of a node that faults caused at most. */
  readonly boots: Readonly<Record<string, number>>;
  /** Whether members were lost, so that quorum may have been. */
  readonly quorum: boolean;
}

export const noExcuses: Excuses = { boots: {}, quorum: false };
