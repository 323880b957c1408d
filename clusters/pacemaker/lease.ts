/**
 * The lease of the cluster, in the cluster itself: another Temporal service or namespace never sees a guard workflow,
 * but it sees this.
 */
import type { Lease } from '../../domain/cluster.js';
import type { Duration } from '../../domain/duration.js';
import { CauError } from '../../domain/errors.js';
import { isSameRun, type RunReference } from '../../domain/names.js';
import { defaultOptions } from '../../domain/options.js';
import { findValue, type Cib } from './cib.js';
import { quoted, type CibEdit } from './cib-edits.js';
import { parseReleaseAfter } from './holds.js';
import { removePreferences } from './own-constraints.js';
import { element } from './xml.js';

const setId = 'cau-lease';
const names = { holder: 'cau-lease', workflow: 'cau-lease-run', releaseAfter: 'cau-lease-release-after' } as const;

/** Which run has the lease. */
export function findLease(cib: Cib): Lease | null {
  const set = cib.propertySets.find((candidate) => candidate.id === setId);
  const holder = findValue(set, names.holder);
  if (holder === undefined) return null;
  return {
    run: { workflowId: findValue(set, names.workflow) ?? 'unknown', firstExecutionRunId: holder },
    releaseAfter: parseReleaseAfter(findValue(set, names.releaseAfter)),
  };
}

/** @throws CauError `ClusterBusy` with `facts.holder` when another run has the lease */
export function requireNoForeignLease(cib: Cib, run: RunReference, where: string): void {
  const holder = findLease(cib)?.run ?? null;
  if (holder === null || isSameRun(holder, run)) return;
  throw new CauError('ClusterBusy', `The cluster is leased to another run, ${holder.workflowId}.`, { where, facts: { holder: { ...holder } } });
}

/**
 * The change that gives the lease to a run, with whatever preferences an earlier one left taken away; none when it has it.
 * @throws CauError `ClusterBusy` with `facts.holder` when another run has it
 */
export function decideLease(cib: Cib, run: RunReference, releaseAfter: Duration = defaultOptions.releaseAfter): CibEdit[] {
  requireNoForeignLease(cib, run, setId);
  if (findLease(cib) !== null) return [];
  const pairs = [
    element('nvpair', { id: `${setId}-holder`, name: names.holder, value: run.firstExecutionRunId }),
    element('nvpair', { id: `${setId}-run`, name: names.workflow, value: run.workflowId }),
    element('nvpair', { id: `${setId}-release-after`, name: names.releaseAfter, value: releaseAfter }),
  ];
  return [
    { kind: 'merge', section: 'crm_config', element: element('crm_config', {}, [element('cluster_property_set', { id: setId }, pairs)]) },
    ...removePreferences(cib),
  ];
}

/** The change that takes the lease from a run, and all its preferences with it; none when it has none. */
export function decideLeaseDrop(cib: Cib, run: RunReference): CibEdit[] {
  const holder = findLease(cib)?.run ?? null;
  if (holder === null || !isSameRun(holder, run)) return [];
  const owner = `nvpair[@name=${quoted(names.holder)} and @value=${quoted(run.firstExecutionRunId)}]`;
  return [{ kind: 'remove', xpath: `//crm_config/cluster_property_set[@id=${quoted(setId)}][${owner}]` }, ...removePreferences(cib)];
}
