/** The maintenance window of a run: settled at its start, and what is known of how long nodes take. */
import { expectNodeTime, nodeTimesOf, type ExpectedNodeTime, type NodeTime } from '../domain/expected-node-time.js';
import { decideFit, fitNodes, type SettledWindow } from '../domain/maintenance-window.js';
import type { RunOptions } from '../domain/options.js';
import type { Plan, PlannedNode } from '../domain/plan.js';
import type { WindowPreview } from '../domain/preview.js';
import type { Verdict } from '../domain/verdict.js';
import { failureFrom } from './failures.js';
import type { RunState } from './run-state.js';
import type { Witnesses } from './witnesses.js';
import { coordinator } from './workers.js';

/** When nodes may be begun, in moments; null when they may at any time. @throws CauError `InvalidInput`, `Blackout` */
export async function settleWindow({ window, blackouts }: RunOptions): Promise<SettledWindow | null> {
  if (window === 'always' && blackouts.length === 0) return null;
  const question = window === 'always' ? 'when may nodes be begun?' : `when is the window of ${window.timeZone} open?`;
  return coordinator(question).settleWindow({ window, blackouts, from: new Date().toISOString() });
}

/** How long nodes took in the runs whose reports a member keeps; nothing when none can tell, since a guess does as well then. */
export async function recallNodeTimes(witnesses: Witnesses, window: SettledWindow | null): Promise<readonly NodeTime[]> {
  if (window === null) return [];
  try {
    return await witnesses.ask({
      summary: 'how long did nodes take before?',
      not: null,
      patienceMs: 0,
      ask: (activities, target) => activities.recallNodeTimes(target),
    });
  } catch (error) {
    failureFrom(error);
    return [];
  }
}

/** Whether the node is expected to be done in time, by earlier runs and by the nodes that this run has done. */
export function fitOf({ window, nodeTimes, reports }: RunState, planned: PlannedNode): Verdict {
  if (window === null) return { state: 'met' };
  return decideFit(window, expectTimeOf(planned, [...nodeTimes, ...nodeTimesOf({ nodes: reports })]), Date.now());
}

/** Which nodes of the plan are expected to fit, wave by wave or one after another, if the run were started now. */
export function previewWindow(window: SettledWindow, plan: Plan, nodeTimes: readonly NodeTime[]): WindowPreview {
  const updated = plan.nodes.filter(({ action }) => action === 'update');
  const nodes = updated.map((planned) => ({ node: planned.node, wave: planned.wave, expected: expectTimeOf(planned, nodeTimes) }));
  return { ...window, nodes: fitNodes(window, nodes, Date.now()) };
}

function expectTimeOf({ node, restart }: PlannedNode, times: readonly NodeTime[]): ExpectedNodeTime {
  return expectNodeTime(times, { node, restart: restart === 'expected' });
}
