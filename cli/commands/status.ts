/** `cau status`: where a run stands, with or without a coordinator. */
import type { Command } from 'commander';
import { earlierNodeTimes } from '../../client/earlier-node-times.js';
import { endingOf } from '../../client/ended-runs.js';
import { renderEndedRun } from '../../client/reports/ended-run-text.js';
import { statusOf, type PartialStatus } from '../../client/progress.js';
import { showsColours } from '../../client/reports/paint.js';
import { renderProgress } from '../../client/reports/progress-text.js';
import { requireRun } from '../../client/runs.js';
import { followOnScreen } from '../follow-run.js';
import { printResult } from '../output.js';
import { flagsOf, withTemporal } from '../session.js';

export function addStatusCommand(program: Command): void {
  program
    .command('status')
    .description('Show where a run stands: the latest one, that of a cluster, or the one with this id.')
    .argument('[cluster or run id]')
    .option('--follow', 'stay until the run ends')
    .action(async (name: string | undefined, _flags: object, self: Command) => {
      const flags = flagsOf<{ follow?: boolean }>(self);
      process.exitCode = await withTemporal(flags, async ({ temporal, configuration, json }) => {
        const handle = await requireRun(temporal, name ?? configuration.cluster.value);
        if (flags.follow === true) return (await followOnScreen(temporal, handle, json)) ?? 0;
        const status = await statusOf(temporal, handle);
        // A run that was refused has no outcome to show, and one that is over needs no coordinator to tell its own.
        const ended = status.kind === 'whole' && status.progress.outcome !== null ? null : await endingOf(handle);
        if (ended !== null) {
          printResult({ kind: 'ended', ended }, json, () => renderEndedRun(ended, showsColours(process.stdout)));
          return 0;
        }
        const isShown = !json && status.kind === 'whole' && status.progress.outcome === null;
        const earlier = isShown ? await earlierNodeTimes(temporal, status.progress.cluster) : [];
        const view = { colours: showsColours(process.stdout), columns: process.stdout.columns ?? Infinity, now: Date.now(), earlier };
        printResult(status, json, () => (status.kind === 'whole' ? renderProgress(status.progress, view) : renderPartial(status.partial)));
        return 0;
      });
    });
}

/** What a run waited for when it was seen last; a command is recorded, and taken up when a coordinator is back. */
const whileAway: Readonly<Record<string, readonly string[]>> = {
  paused: ['It is paused: "cau resume" is recorded and taken up when a coordinator is back.'],
  awaitingApproval: ['It waits for an approval: "cau approve" is recorded and taken up when a coordinator is back.'],
  awaitingWindow: ['It waits until its maintenance window opens.'],
};

function renderPartial(partial: PartialStatus): string {
  return [
    `Cluster ${partial.cluster}: ${partial.phase} (${partial.workflowId}, ${partial.status})`,
    'This is partial: no Update Coordinator answered, so this is what Temporal itself recorded.',
    ...Object.entries(partial.nodes).map(([node, state]) => `  ${node}: ${state}`),
    ...partial.pending.map(
      (pending) =>
        `  ${pending.of}: ${pending.step}: attempt ${pending.attempt}${pending.lastFailure === null ? '' : `, last failure: ${pending.lastFailure}`}`,
    ),
    ...partial.problems.map((problem) => `  problem: ${problem}`),
    ...(partial.status === 'RUNNING' ? (whileAway[partial.phase] ?? []) : []),
    ...(partial.status === 'RUNNING' ? ['Start a coordinator ("cau serve coordinator"); the run goes on where it was.'] : []),
  ].join('\n');
}
