/** `cau recover`: what runs that are over left on a cluster, and clearing it. */
import type { Command } from 'commander';
import { recoverCluster } from '../../client/recovery.js';
import { showsColours } from '../../client/reports/paint.js';
import { renderRecovery } from '../../client/reports/recovery-text.js';
import { isClear } from '../../domain/recovery.js';
import { exitCodeOf, leftExitCode } from '../exit-codes.js';
import { printFailure, printResult } from '../output.js';
import { flagsOf, withTemporal } from '../session.js';
import { requireCluster } from '../run-request.js';

interface RecoverFlags {
  readonly apply?: boolean;
  readonly node?: string;
  readonly endRun?: boolean;
  readonly reason?: string;
}

export function addRecoverCommand(program: Command): void {
  program
    .command('recover')
    .description('Show what runs that are over left on a cluster: holds, lease, workflows. With --apply, clear it.')
    .argument('[cluster]', 'the cluster; the configured one when it is left out')
    .option('--apply', 'clear it; without this nothing is changed')
    .option('--node <names>', 'also release these nodes that were kept: they are well again; separated by commas')
    .option('--end-run', 'end a run that is alive but stuck; its nodes are released')
    .option('--reason <text>', 'why; kept in the records')
    .action(async (cluster: string | undefined, _flags: RecoverFlags, self: Command) => {
      const flags = flagsOf<RecoverFlags>(self);
      process.exitCode = await withTemporal(flags, async ({ temporal, configuration, json }) => {
        const recovery = await recoverCluster(temporal, {
          cluster: requireCluster(cluster, configuration.cluster.value, 'recover'),
          apply: flags.apply === true,
          requestedBy: configuration.requestedBy.value,
          ...(flags.node === undefined ? {} : { nodes: flags.node.split(',') }),
          ...(flags.endRun === undefined ? {} : { endRun: flags.endRun }),
          ...(flags.reason === undefined ? {} : { reason: flags.reason }),
        });
        printResult(recovery, json, () => renderRecovery(recovery, showsColours(process.stdout)));
        if (recovery.refused !== null) {
          if (!json) printFailure(recovery.refused, json);
          return exitCodeOf(recovery.refused.code);
        }
        return isClear(recovery.left) ? 0 : leftExitCode;
      });
    });
}
