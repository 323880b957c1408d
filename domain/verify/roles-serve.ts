/** Invariant 3: no role that ran is left stopped without the run saying so. */
import { isServing, type Role } from '../cluster.js';
import { isPartlyDown } from '../placement.js';
import type { ClusterChange } from '../records.js';
import type { Report } from '../report.js';
import { mergeHistories } from './cluster-history.js';
import type { Invariant } from './finding.js';

export const rolesServe: Invariant = {
  number: 3,
  id: 'roles.serve',
  title: 'No role that ran was left stopped without the run failing and saying so',
  check({ report, startedAt, endedAt }, evidence) {
    const { cluster } = evidence;
    if (cluster === null) return { broken: [], unknown: [`the roles: ${evidence.noCluster ?? 'nobody could be asked'}`], basis: 'nothing' };
    const { records: history } = mergeHistories(evidence);
    const down = cluster.roles.flatMap((role) => {
      const how = role.wanted ? howDown(role) : null;
      return how === null ? [] : [{ role, how }];
    });
    const broken: string[] = [];
    const unknown: string[] = [];
    for (const { role, how } of down) {
      const change = lastChange(history, role);
      const seen = `role "${role.id}" is wanted and ${how} at ${evidence.at}`;
      if (report !== null && isSaid(report, role.id)) continue;
      if (change === undefined) unknown.push(`${seen}; no record tells since when`);
      else if (change.kind === 'roleServes') unknown.push(`${seen}, though it served at ${change.at} by the history of the cluster`);
      else if (change.at >= startedAt && (report === null || change.at <= endedAt)) broken.push(`${seen}, since ${change.at}; the run does not say so`);
    }
    return { broken, unknown, basis: `${cluster.roles.length} roles, ${down.length} of them down, as ${cluster.witness.node} sees them` };
  },
};

/** How a role does not serve; null when it does. Copies of a promotable role serve nobody while none is promoted, nor does a part of a group. */
function howDown({ kind, instances, resources }: Role): string | null {
  const serving = instances.filter(({ state }) => isServing(state));
  if (serving.length === 0) return 'serves nowhere';
  if (kind === 'promotable' && !serving.some(({ state }) => state === 'Promoted')) return 'is promoted nowhere';
  return isPartlyDown({ kind, serving: kind === 'group' ? resources.length : 1 }, serving.length) ? 'serves in part only' : null;
}

/** The run failed, and named the role. */
function isSaid(report: Report, role: string): boolean {
  if (report.outcome === 'Succeeded' || report.outcome === 'UpToDate') return false;
  const failures = [report.failure, ...report.nodes.map((node) => node.failure)];
  return failures.some((failure) => failure !== null && (failure.where === role || failure.message.includes(`"${role}"`)));
}

function lastChange(history: readonly ClusterChange[], { id }: Role): ClusterChange | undefined {
  return history.findLast(({ role }) => role === id);
}
