/** How long the nodes of a cluster took in its last runs, for those who look on. */
import { nodeTimesOf, type NodeTime } from '../domain/expected-node-time.js';
import type { TemporalClient } from './connection.js';
import { temporalReports } from './report-sources.js';

/** Enough that one odd run does not count, and few enough to be asked for while somebody waits. */
const runs = 6;

/** By the reports that Temporal keeps. None when these cannot be had: an estimate is no reason to fail. */
export async function earlierNodeTimes(temporal: TemporalClient, cluster: string): Promise<readonly NodeTime[]> {
  const found = await temporalReports(temporal)
    .select({ cluster, last: runs, since: null, until: null })
    .catch(() => []);
  return found.flatMap(({ report }) => nodeTimesOf(report));
}
