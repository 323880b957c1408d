/** `cau report show`: the report of a run that is over. */
import type { Command } from 'commander';
import { awaitReport, requireRun } from '../../client/runs.js';
import { renderReport } from '../../client/reports/report-text.js';
import { showsColours } from '../../client/reports/paint.js';
import { CauError } from '../../domain/errors.js';
import { printResult } from '../output.js';
import { flagsOf, withTemporal } from '../session.js';

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('Reports of finished runs.')
    .command('show')
    .description('Show the report of the latest run, of that of a cluster, or of the one with this id.')
    .argument('[cluster or run id]')
    .action(async (name: string | undefined, _flags: object, self: Command) => {
      await withTemporal(flagsOf(self), async ({ temporal, configuration, json }) => {
        const handle = await requireRun(temporal, name ?? configuration.cluster.value);
        const { status } = await handle.describe();
        if (status.name === 'RUNNING')
          throw new CauError('RunNotFound', `Run ${handle.workflowId} is not over yet.`, {
            where: handle.workflowId,
            remedy: `Follow it: cau status --follow ${handle.workflowId}`,
          });
        const report = await awaitReport(handle);
        printResult(report, json, () => renderReport(report, showsColours(process.stdout)));
      });
    });
}
