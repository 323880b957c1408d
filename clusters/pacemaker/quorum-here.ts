/**
 * Proof that this node may speak for the cluster. A member that was cut off can change its copy of the configuration,
 * and when the cable is back, its copy may win over the majority's.
 */
import { CauError } from '../../domain/errors.js';
import { toolFailed, type CommandRunner } from './commands.js';
import { clusterViewArguments, parseClusterView, type ClusterView } from './crm-mon.js';

/** The exit code of Pacemaker's tools when its daemons are not there. */
const notConnected = 102;

/**
 * The cluster as this node's Pacemaker sees it, with quorum or without.
 * @throws CauError `NoQuorumHere` when the cluster stack of this node is down, starting or stopping
 */
export async function readClusterView(run: CommandRunner, node: string): Promise<ClusterView> {
  const result = await run('crm_mon', clusterViewArguments);
  if (result.exitCode === 0) {
    const view = parseClusterView(result.stdout);
    if (view.nodes.length > 0) return view;
  }
  const why =
    result.exitCode === notConnected ? 'it is not running.' : result.exitCode === 0 ? 'it knows no nodes yet.' : toolFailed('crm_mon', result).message;
  throw new CauError('NoQuorumHere', `Pacemaker on ${node} cannot tell about the cluster: ${why}`, { where: node });
}

/** Whether this node is a full member of a partition with quorum. */
export function mayAct(view: ClusterView, node: string): boolean {
  const own = view.nodes.find((candidate) => candidate.name === node);
  return view.quorate && own !== undefined && own.online && !own.pending;
}

/** @throws CauError `NoQuorumHere` unless this node is a full member of a partition with quorum */
export async function requireQuorum(run: CommandRunner, node: string): Promise<void> {
  const view = await readClusterView(run, node);
  if (mayAct(view, node)) return;
  const why = view.quorate
    ? 'it is no full member of the cluster'
    : view.coordinator === null
      ? 'its part of the cluster has no coordinator'
      : 'its part of the cluster has no quorum';
  throw new CauError('NoQuorumHere', `${node} may not act for the cluster: ${why}.`, { where: node });
}
