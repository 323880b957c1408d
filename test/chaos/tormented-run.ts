/** A run that a schedule of faults befalls, and the run after it that finds all in order. */
import type { PartialOptions } from '../../domain/options.js';
import type { Excuses, RunEvidence } from './evidence.js';
import { noExcuses } from './evidence.js';
import type { Lane } from './lane.js';
import { findComplaints } from './look.js';
import { observeRun } from './observe-run.js';
import type { Fault } from './schedules.js';
import type { Terms } from './terms.js';
import { createTormentor } from './tormentor.js';

export interface TormentedRun {
  readonly evidence: RunEvidence;
  readonly excuses: Excuses;
  /** The faults for which the run lasted long enough. */
  readonly caused: readonly Fault[];
  readonly complaints: readonly string[];
}

/** How long a run may last after the last fault is over. */
const patienceMs = 180_000;

/** Bounds that end what waits in vain within seconds; every node gets its turn. */
const boundedOptions = ({ nodes, options }: Terms): PartialOptions => ({
  ...options,
  maxFailedNodes: nodes.length,
  drainTimeout: '5s',
  settleTimeout: '10s',
  restartTimeout: '20s',
  installTimeout: '30s',
  quorumWait: '5s',
});

/** Runs while the faults strike; afterwards a person does what the report asks for, and another run must succeed. */
export async function runTormented(lane: Lane, faults: readonly Fault[]): Promise<TormentedRun> {
  await lane.untilWhole();
  await lane.sendHome();
  const version = await lane.offerNext();
  const tormentor = createTormentor(lane);
  const waiting = [...faults];
  let events = 0;
  const evidence = await observeRun(lane, {
    request: { options: boundedOptions(lane.terms) },
    version,
    react() {
      events += 1;
      while (waiting[0] !== undefined && events >= waiting[0].afterEvents) {
        const fault = waiting.shift();
        if (fault !== undefined) tormentor.strike(fault);
      }
    },
    giveUpAt: () => tormentor.healedAt() + patienceMs,
    settle: () => tormentor.heal(),
  });
  const excuses = tormentor.excuses();
  const complaints = findComplaints(evidence, excuses);
  const after = complaints.length > 0 ? [] : await complaintsOfNextRun(lane, evidence);
  return { evidence, excuses, caused: faults.slice(0, faults.length - waiting.length), complaints: [...complaints, ...after] };
}

/** Whatever the faults did, the next run in peace leaves nothing to be done, and installs nothing again. */
async function complaintsOfNextRun(lane: Lane, first: RunEvidence): Promise<string[]> {
  const { cluster, terms } = lane;
  const { nodes } = terms;
  for (const node of cluster.description().nodes) if (node.hold !== null) cluster.operatorStandby(node.name, 'off');
  await lane.untilWhole();
  const giveUpAt = Date.now() + patienceMs;
  const next = await observeRun(lane, { request: { options: boundedOptions(terms) }, version: first.version, giveUpAt: () => giveUpAt });
  const outcome = next.end.kind === 'report' ? next.end.report.outcome : next.end.kind;
  const old = nodes.flatMap((node) => Object.entries(next.installed[node] ?? {}).filter((entry) => entry[1] !== first.version));
  const again = nodes.flatMap((node) => {
    const names = [first, next].flatMap(({ installs }) => (installs[node] ?? []).map((record) => `${node}: ${record.name} ${record.version}`));
    return names.filter((name, index) => names.indexOf(name) !== index);
  });
  return [
    ...findComplaints(next, noExcuses),
    ...(outcome === 'Succeeded' || outcome === 'UpToDate' ? [] : [`ended as ${outcome}: ${JSON.stringify(next.end)}`]),
    ...old.map(([name, version]) => `${name} is still ${version}`),
    ...again.map((name) => `${name} was installed again`),
  ].map((complaint) => `the next run: ${complaint}`);
}
