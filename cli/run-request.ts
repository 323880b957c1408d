/** The request of a run from what the command line and the configuration say. */
import { CauError } from '../domain/errors.js';
import type { RunRequest } from '../domain/requests.js';
import { readOptionFlags } from './option-flags.js';
import type { Session } from './session.js';

/** What the command line of a run says beside its options. */
export interface RunFlags {
  readonly nodes?: string;
  readonly profile?: string;
  readonly profileDigest?: string;
  readonly reason?: string;
  readonly id?: string;
  readonly detach?: boolean;
}

/** The request that flags and configuration make up. */
export function readRequest(cluster: string | undefined, flags: RunFlags & object, { configuration }: Session): RunRequest {
  return {
    cluster: requireCluster(cluster, configuration.cluster.value, 'run'),
    options: readOptionFlags(flags as Record<string, string | undefined>),
    requestedBy: configuration.requestedBy.value,
    ...(flags.nodes === undefined ? {} : { nodes: flags.nodes.split(',') }),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
    ...(flags.profileDigest === undefined ? {} : { profileDigest: flags.profileDigest }),
    ...(flags.reason === undefined ? {} : { reason: flags.reason }),
  };
}

/** The cluster that a command means. @throws CauError `InvalidInput` */
export function requireCluster(named: string | undefined, configured: string | null, command: string): string {
  const cluster = named ?? configured;
  if (cluster !== null) return cluster;
  throw new CauError('InvalidInput', 'cluster: no cluster is named.', {
    where: 'cluster',
    remedy: `Name it ("cau ${command} CLUSTER"), or set "cluster" in the configuration.`,
  });
}
