/** Asking a node what it needs, as the options want it. */
import type { RunOptions } from '../domain/options.js';
import type { ScanResult } from '../domain/ports/update-plugin.js';
import { longStep } from './workers.js';

/** Scans a node; changes nothing. */
export function scanNode(cluster: string, node: string, { plugins, updates }: RunOptions, summary = `scan ${node}`): Promise<ScanResult> {
  const wanted = updates === 'all' ? {} : { wanted: updates };
  return longStep(cluster, node, summary).scanNode({ cluster, node, plugins, ...wanted });
}
