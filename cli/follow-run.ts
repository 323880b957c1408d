/** Follows a run on the screen to its end, and says how to go on when the user leaves it. */
import type { WorkflowHandle } from '@temporalio/client';
import type { TemporalClient } from '../client/connection.js';
import { earlierNodeTimes } from '../client/earlier-node-times.js';
import { followRun } from '../client/follow.js';
import { renderReport } from '../client/reports/report-text.js';
import { showsColours } from '../client/reports/paint.js';
import { exitCodeOf, outcomeExitCodes } from './exit-codes.js';
import { createLiveDisplay } from './live-view.js';
import { printFailure, printNote, printResult } from './output.js';

/** What is said about Ctrl-C: while it can be pressed, and once it was. */
export interface LeavingWords {
  readonly hint: string;
  readonly left: string;
  /** Whether the run goes on without its follower. */
  readonly goesOn: boolean;
}

/** The exit code of the run, or null when the user left it. Ctrl-C leaves the run, as `ended` does; it does not stop it. */
export async function followOnScreen(
  temporal: TemporalClient,
  handle: WorkflowHandle,
  json: boolean,
  words: LeavingWords = detaching(handle.workflowId),
  ended?: AbortSignal,
): Promise<number | null> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  process.once('SIGINT', leave);
  const signal = ended === undefined ? leaving.signal : AbortSignal.any([leaving.signal, ended]);
  const display = createLiveDisplay(words.hint);
  let isRecalling = false;
  const recall = (cluster: string) => {
    if (isRecalling) return;
    isRecalling = true;
    void earlierNodeTimes(temporal, cluster).then((times) => display.recall(times));
  };
  try {
    for await (const sight of followRun(temporal, handle, signal)) {
      display.see(sight);
      if (sight.kind === 'progress') recall(sight.progress.cluster);
      if (sight.kind === 'ended') {
        display.end();
        printResult(sight.report, json, () => `\n${renderReport(sight.report, showsColours(process.stdout))}`);
        return outcomeExitCodes[sight.report.outcome];
      }
      if (sight.kind === 'failed') {
        display.end();
        printFailure(sight.failure, json);
        return exitCodeOf(sight.failure.code);
      }
    }
    display.end();
    printNote(`\n${words.left}`);
    if (json) printResult({ workflowId: handle.workflowId, goesOn: words.goesOn }, json, () => '');
    return null;
  } finally {
    process.removeListener('SIGINT', leave);
  }
}

function detaching(workflowId: string): LeavingWords {
  return {
    hint: `Ctrl-C leaves the run running. To stop it: cau stop ${workflowId}`,
    left: `The run goes on. Follow it: cau status --follow ${workflowId}   Stop it: cau stop ${workflowId}`,
    goesOn: true,
  };
}
