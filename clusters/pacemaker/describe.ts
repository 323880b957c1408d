/** What Pacemaker's tools say of the cluster, put together. */
import type { ClusterDescription, ClusterNode, ClusterSight } from '../../domain/cluster.js';
import { CauError } from '../../domain/errors.js';
import { fencesByWatchdog, siteOf, type Cib } from './cib.js';
import { readCib } from './compare-and-swap.js';
import type { CommandRunner } from './commands.js';
import type { ClusterView, MonitoredNode } from './crm-mon.js';
import { findHold, standbyBy } from './holds.js';
import type { Activity, IdleProof } from './idle.js';
import { findLease } from './lease.js';
import { mayAct, readClusterView } from './quorum-here.js';
import { parseQuorum, toQuorum, type CorosyncQuorum } from './quorum.js';
import { isTrue } from './xml.js';

export interface DescribeDependencies {
  readonly cluster: string;
  readonly node: string;
  readonly run: CommandRunner;
  bootId(): Promise<string>;
  readonly proveIdle: IdleProof;
}

/** A look at the cluster, and what it was made from. */
export interface Seen {
  readonly sight: ClusterSight;
  readonly view: ClusterView;
  readonly cib: Cib;
  /** What the cluster was doing in that very state. */
  activity(): Promise<Activity>;
}

/**
 * One look: two of Pacemaker's tools at once, put together.
 * @throws CauError `NoQuorumHere` when the cluster stack of this node is down; `ClusterToolFailed`
 */
export async function look({ cluster, node, run, bootId, proveIdle }: DescribeDependencies): Promise<Seen> {
  const [view, { cib, text }, boot] = await Promise.all([readClusterView(run, node), readCib(run, node), bootId()]);
  const quorate = mayAct(view, node) && cib.hasQuorum;
  const isStable = quorate && view.nodes.every((one) => !(one.online && one.pending));
  const option = (name: string) => isTrue(view.options[name]);
  const sight = {
    cluster,
    driver: 'pacemaker',
    software: view.version === null ? [] : [`pacemaker ${view.version}`],
    witness: { node, bootId: boot, quorate, coordinator: view.coordinator, at: new Date().toISOString() },
    nodes: view.nodes.map((one) => toNode(one, view, cib)),
    roles: view.roles,
    fencing: { enabled: option('stonith-enabled') || option('fencing-enabled'), devices: fencingDevices(view, cib) },
    maintenanceMode: option('maintenance-mode'),
    stopAllResources: option('stop-all-resources'),
    failedActions: view.failedActions,
    promotionScores: cib.promotionScores,
    lease: findLease(cib),
    keptOut: [
      ...cib.bans.map((ban) => ({ ...ban, because: 'ban' as const })),
      ...cib.failedForGood.map((failed) => ({ ...failed, because: 'failures' as const })),
    ],
    ...(cib.lastChange === null ? {} : { lastChange: cib.lastChange }),
    preferences: cib.preferences.map(({ role, node: wanted, score }) => ({ role, node: wanted, score })),
  };
  return { sight, view, cib, activity: () => (isStable ? proveIdle(cib, text, view.coordinator) : Promise.resolve('deciding' as const)) };
}

/**
 * The cluster as this node sees it with its votes, and whether it is at work.
 * @throws CauError as `look`
 */
export async function describe(dependencies: DescribeDependencies): Promise<ClusterDescription> {
  const [{ sight, view, activity: ask }, corosync] = await Promise.all([look(dependencies), readVotes(dependencies.run, dependencies.node)]);
  const quorate = sight.witness.quorate && corosync.quorate;
  const idle = quorate && (await ask()) === 'idle';
  const quorum = toQuorum(corosync, view.nodes, view.options['no-quorum-policy']);
  return { ...sight, witness: { ...sight.witness, quorate }, quorum, idle };
}

/** The watchdog goes by the name that Pacemaker has for it, which a resource that limits it to some nodes bears as well. */
function fencingDevices(view: ClusterView, cib: Cib): readonly string[] {
  return fencesByWatchdog(cib) ? [...new Set([...view.fencingDevices, 'watchdog'])] : view.fencingDevices;
}

/** Its exit code tells whether there is quorum, so only its words count. */
async function readVotes(run: CommandRunner, node: string): Promise<CorosyncQuorum> {
  const result = await run('corosync-quorumtool', ['-s']);
  try {
    return parseQuorum(result.stdout);
  } catch (error) {
    throw new CauError('NoQuorumHere', `Corosync on ${node} does not answer: ${(result.stderr || result.stdout).trim().slice(-300)}`, {
      where: node,
      cause: error,
    });
  }
}

function toNode(node: MonitoredNode, view: ClusterView, cib: Cib): ClusterNode {
  const configured = cib.nodes.find((candidate) => candidate.name === node.name);
  const { standbyOnFail, ...facts } = node;
  const site = configured === undefined ? undefined : siteOf(configured);
  return {
    ...facts,
    ...(site === undefined ? {} : { site }),
    hold: configured === undefined ? null : findHold(configured),
    standbyBy: standbyOnFail ? 'operator' : standbyBy(cib, configured, node.standby),
    activeInstances: view.roles.flatMap((role) => role.instances).filter((instance) => instance.node === node.name && instance.state !== 'Stopped').length,
  };
}
