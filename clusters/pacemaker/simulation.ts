/** What Pacemaker's scheduler would do with a given state of the cluster, changing nothing (`crm_simulate`). */
import type { Role } from '../../domain/cluster.js';
import { parseStatus, type MonitoredNode } from './crm-mon.js';
import { readOutput, type CommandRunner } from './commands.js';
import { childrenOf, findAt, parseXml } from './xml.js';

/** One action of the transition, such as `stop` of `web-ip` on `node1`. */
export interface SimulatedAction {
  readonly resource: string;
  readonly operation: string;
  readonly node: string;
}

export interface Simulation {
  readonly actions: readonly SimulatedAction[];
  /** How the cluster would stand afterwards. */
  readonly roles: readonly Role[];
  readonly nodes: readonly MonitoredNode[];
}

/**
 * The actions that the scheduler takes on the CIB in that file until nothing is left to do, and what comes of them.
 * @param resultFile where to put the CIB after them
 * @throws CauError `ClusterToolFailed`
 */
export async function simulate(run: CommandRunner, file: string, resultFile: string): Promise<Simulation> {
  return parseSimulation(await readOutput(run, 'crm_simulate', ['--xml-file', file, '--simulate', '--save-output', resultFile, '--output-as=xml']));
}

/** @throws CauError `ClusterToolFailed` when it is no XML */
export function parseSimulation(text: string): Simulation {
  const root = parseXml(text, 'crm_simulate');
  const { roles, nodes } = parseStatus(findAt(root, 'revised_cluster_status'));
  const actions = childrenOf(findAt(root, 'transition'), 'rsc_action').map(({ attributes }) => ({
    resource: (attributes['resource'] ?? '').replace(/:\d+$/, ''),
    operation: attributes['op'] ?? '',
    node: attributes['node'] ?? '',
  }));
  return { actions, roles, nodes };
}
