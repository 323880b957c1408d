/** Must a node be drained for these updates? */
import type { RunOptions } from './options.js';

/** What decides it, of the plan or of updates that turned up later. */
export interface DrainFacts {
  /** Whether a restart of the node is to be expected. */
  readonly restart: boolean;
  /** Whether the cluster stack itself is updated. */
  readonly clusterStack: boolean;
}

/**
 * Whether the node's roles are moved away first. `restartExpected` drains for what takes the node, or its cluster stack, from the cluster;
 * other updates may still restart services that roles use, and nobody can tell that from a package.
 */
export function mustDrain({ drainWhen, clusterDuringInstall }: Pick<RunOptions, 'drainWhen' | 'clusterDuringInstall'>, facts: DrainFacts): boolean {
  if (drainWhen !== 'restartExpected') return drainWhen === 'always';
  return facts.restart || facts.clusterStack || clusterDuringInstall === 'stop';
}
