/**
 * What "cau verify" says of a run, and a look of the suite's own at what a run left: the latter knows what the faults were, which "cau verify" does not,
 * and shares no code with it.
 */
import type { NodeReport } from '../../domain/report.js';
import type { InvariantFinding } from '../../domain/verify/finding.js';
import type { Excuses, RunEvidence } from './evidence.js';
import { mostHeld } from './terms.js';

/** Everything that is not as promised, in words; nothing when all is well. */
export function findComplaints(evidence: RunEvidence, excuses: Excuses): string[] {
  return [
    ...complaintsOfEnd(evidence),
    ...(evidence.end.kind === 'hung' ? [] : complaintsOfRest(evidence)),
    ...evidence.nodes.flatMap((node) => complaintsOfInstalls(evidence, node)),
    ...Object.keys(evidence.boots).flatMap((node) => complaintsOfBoots(evidence, node, excuses.boots[node] ?? 0)),
    ...complaintsOfSights(evidence, excuses),
    ...findingsThat(evidence, 'broken').flatMap(({ title, broken }) => broken.map((line) => `verified: "${title}" is broken: ${line}`)),
  ];
}

/** What a run must have come to that nothing but kills befell: no update is left, each was installed once, each node restarted once. */
export function findComplaintsAboutSuccess(evidence: RunEvidence): string[] {
  const { end, nodes, installs, version, terms, description } = evidence;
  if (end.kind !== 'report') return [];
  const { outcome, nodes: reports } = end.report;
  return [
    ...(outcome === 'Succeeded' ? [] : [`the run ended as ${outcome}: ${JSON.stringify(end.report.failure)}`]),
    ...nodes.flatMap((node) => {
      const names = (installs[node] ?? []).filter((record) => record.version === version).map((record) => record.name);
      return names.toSorted().join() === 'agent,app,kernel,lib' ? [] : [`${node} installed ${names.join() || 'nothing'}`];
    }),
    ...reports.filter((node) => node.restarts.length !== 1).map((node) => `the report tells of ${node.restarts.length} restarts of ${node.node}`),
    ...terms.roles.flatMap(({ id, kind, prefers }) => {
      const on = description.roles.find((role) => role.id === id)?.instances.map((instance) => instance.node) ?? [];
      return kind !== 'primitive' || prefers === undefined || on.includes(prefers) ? [] : [`${id} is on ${on.join()}, not at home on ${prefers}`];
    }),
    ...findingsThat(evidence, 'cannotTell').flatMap(({ title, unknown }) => unknown.map((line) => `verified: whether "${title}" cannot be told: ${line}`)),
  ];
}

function findingsThat({ verification }: RunEvidence, state: InvariantFinding['state']): InvariantFinding[] {
  return (verification?.findings ?? []).filter((finding) => finding.state === state);
}

function complaintsOfEnd({ end, isGuardClosed }: RunEvidence): string[] {
  if (end.kind === 'hung') return [`the run did not end: ${end.pending.join('; ')}`];
  const failures = end.kind === 'failed' ? [end.failure] : [end.report.failure, ...end.report.nodes.map((node) => node.failure)];
  const defects = failures.filter((failure) => failure?.code === 'Unexpected').map((failure) => `a defect: ${JSON.stringify(failure)}`);
  return [...defects, ...(isGuardClosed ? [] : ['the guard is still there'])];
}

/** Nobody is held but who is kept, the lease is given back, no role is steered any more, every role serves. */
function complaintsOfRest({ end, description }: RunEvidence): string[] {
  const { lease, roles, nodes, preferences = [] } = description;
  const reports = end.kind === 'report' ? end.report.nodes : [];
  return [
    ...(lease === null ? [] : [`the lease is still held by ${lease.run.workflowId}`]),
    ...preferences.map(({ role, node, score }) => `${role} is still steered to ${node} with ${score}`),
    ...nodes.flatMap(({ name, hold }) => {
      const kept = reports.find((report) => report.node === name)?.kept ?? null;
      if (hold === null) return kept === null ? [] : [`${name} is said to be kept (${kept}) and is not`];
      return kept !== null && hold.kept !== null ? [] : [`${name} is left in maintenance mode (kept: ${String(hold.kept)}; the report: ${String(kept)})`];
    }),
    ...nodes.filter((node) => !node.online).map((node) => `${node.name} is offline`),
    ...roles
      .filter((role) => !role.instances.some(({ state }) => (role.kind === 'promotable' ? state === 'Promoted' : state === 'Started')))
      .map((role) => `${role.id} does not serve: ${JSON.stringify(role.instances)}`),
    ...roles
      .filter((role) => role.kind === 'clone')
      .flatMap((role) =>
        nodes.filter((node) => node.hold === null && !role.instances.some((one) => one.node === node.name)).map((node) => [role.id, node.name]),
      )
      .map(([role, node]) => `${role} has no instance on ${node}`),
  ];
}

/** Once at most, and what the report says. */
function complaintsOfInstalls({ end, installs, installed, version }: RunEvidence, node: string): string[] {
  const log = installs[node] ?? [];
  const names = log.map((record) => `${record.name} ${record.version}`);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const report = end.kind === 'report' ? end.report.nodes.find((one) => one.node === node) : undefined;
  const succeeded = (report?.updates ?? []).filter((update) => update.outcome === 'succeeded').map((update) => `${update.name} ${update.to}`);
  const old = Object.entries(installed[node] ?? {}).filter((entry) => entry[1] !== version);
  return [
    ...twice.map((name) => `${node} installed ${name} twice`),
    ...succeeded.filter((name) => !names.includes(name)).map((name) => `the report says that ${node} installed ${name}; its log does not`),
    ...(report === undefined ? [] : names.filter((name) => !succeeded.includes(name))).map((name) => `${node} installed ${name}; the report does not say so`),
    ...(report?.outcome === 'Succeeded' ? old : []).map(([name, is]) => `${node} succeeded, and ${name} is still ${is}`),
  ];
}

/** Every boot is one that the report tells, or that a fault caused. */
function complaintsOfBoots({ end, boots }: RunEvidence, node: string, excused: number): string[] {
  const seen = (boots[node] ?? []).map((boot) => boot.bootId);
  const restarts: NodeReport['restarts'] = end.kind === 'report' ? (end.report.nodes.find((one) => one.node === node)?.restarts ?? []) : [];
  const untrue = restarts.filter(({ from, to }) => !seen.includes(from) || seen.indexOf(to) <= seen.indexOf(from));
  const more = seen.length - 1 - restarts.length - excused;
  return [
    ...untrue.map(({ from, to }) => `the report tells of a restart of ${node} from ${from} to ${to}; its boots were ${seen.join()}`),
    ...(more <= 0 || end.kind !== 'report'
      ? []
      : [`${node} booted ${seen.length - 1} times: the report tells of ${restarts.length}, faults explain ${excused}`]),
  ];
}

function complaintsOfSights({ sights, terms }: RunEvidence, excuses: Excuses): string[] {
  const crowded = sights.find((sight) => sight.held.length > mostHeld(terms));
  const copiesOf = terms.roles.flatMap(({ id, copies }) => (copies === undefined ? [] : [{ id, copies }]));
  const bare = copiesOf.filter(({ copies }) => sights.some((sight) => copies.every((node) => sight.held.includes(node))));
  const lost = excuses.quorum ? undefined : sights.find((sight) => !sight.isQuorate);
  return [
    ...(crowded === undefined ? [] : [`${crowded.held.join(' and ')} were held at the same time`]),
    ...bare.map(({ id, copies }) => `${copies.join(' and ')}, all that have a copy of ${id}, were held at the same time`),
    ...(lost === undefined ? [] : [`quorum was lost, with ${lost.offline.join(' and ')} offline`]),
  ];
}
