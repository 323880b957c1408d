/** `cau` alone: the state, and the next sensible command. */
import { listRuns } from '../../client/runs.js';
import { clientFailure } from '../../client/failures.js';
import { resultOf } from '../../client/run-results.js';
import { renderTable } from '../../client/reports/table.js';
import { printResult } from '../output.js';
import { withTemporal, type GlobalFlags } from '../session.js';

export async function showOverview(flags: GlobalFlags): Promise<void> {
  const overview = await readOverview(flags);
  printResult(overview, flags.json === true, () =>
    [
      overview.temporal,
      ...(overview.runs.length === 0
        ? []
        : [
            '',
            renderTable(
              ['cluster', 'state', 'run'],
              overview.runs.map((run) => [run.cluster, run.result === 'running' ? run.phase : run.result, run.workflowId]),
            ),
          ]),
      '',
      `Next: ${overview.next}`,
      'Help: cau --help',
    ].join('\n'),
  );
}

async function readOverview(flags: GlobalFlags) {
  try {
    return await withTemporal(flags, async ({ temporal, configuration }) => {
      const listed = await listRuns(temporal, null, 5);
      const runs = await Promise.all(
        listed.map(async (run) => ({ ...run, result: (await resultOf(temporal.client.workflow.getHandle(run.workflowId, run.runId))).result })),
      );
      const running = runs.find((run) => run.status === 'RUNNING');
      const cluster = configuration.cluster.value ?? runs[0]?.cluster;
      const next = running === undefined ? `cau preview ${cluster ?? 'CLUSTER'}` : `cau status --follow ${running.workflowId}`;
      return { temporal: `Temporal answers at ${temporal.address}, namespace ${temporal.namespace}.`, runs, next };
    });
  } catch (error) {
    const failure = clientFailure(error);
    if (failure.code !== 'TemporalUnavailable') throw error;
    return { temporal: failure.message, runs: [], next: 'cau demo (see a run on a simulated cluster), or cau serve temporal' };
  }
}
