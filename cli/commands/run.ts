/** `cau run`: starts an Updating Run and shows it until it ends. */
import type { Command } from 'commander';
import { startRun } from '../../client/runs.js';
import { followOnScreen } from '../follow-run.js';
import { addOptionFlags } from '../option-flags.js';
import { printResult } from '../output.js';
import { readRequest, type RunFlags } from '../run-request.js';
import { flagsOf, withTemporal } from '../session.js';

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
