/** `cau run`: starts an Updating Run and shows it until it ends. */
import type { Command } from 'commander';
import { startRun } from '../../client/runs.js';
import { CauError } from '../../domain/errors.js';
import { followOnScreen } from '../follow-run.js';
import { addOptionFlags, readOptionFlags } from '../option-flags.js';
import { printResult } from '../output.js';
import { flagsOf, withTemporal, type Session } from '../session.js';
import type { RunRequest } from '../../domain/requests.js';

interface RunFlags {
  readonly nodes?: string;
  readonly profile?: string;
  readonly profileDigest?: string;
  readonly reason?: string;
  readonly id?: string;
  readonly detach?: boolean;
}

export function addRunCommand(program: Command): void {
  const command = program
    .command('run')
    .description('Update every node of a cluster, one after another or in safe waves, while its services keep running.')
    .argument('[cluster]', 'the cluster; the configured one when it is left out')
    .option('--nodes <names>', 'only these nodes, separated by commas')
    .option('--profile <name>', 'options by name')
    .option('--profile-digest <digest>', 'refuse the run unless the profile has this digest')
    .option('--reason <text>', 'why; kept in the report')
    .option('--id <workflow id>', 'the id of the run; made from cluster and time when it is left out')
    .option('--detach', 'start the run and do not wait for it');
  addOptionFlags(command).action(async (cluster: string | undefined, _flags: RunFlags, self: Command) => {
    const flags = flagsOf<RunFlags>(self);
    process.exitCode = await withTemporal(flags, async (session) => {
      const handle = await startRun(session.temporal, readRequest(cluster, flags, session), flags.id);
      if (flags.detach !== true) return (await followOnScreen(session.temporal, handle, session.json)) ?? 0;
      printResult({ workflowId: handle.workflowId }, session.json, () => `Started ${handle.workflowId}. Follow it: cau status ${handle.workflowId}`);
      return 0;
    });
  });
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
