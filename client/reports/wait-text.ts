/** What a run and its nodes wait for, for eyes. */
import { renderElapsed } from '../../domain/duration.js';
import type { Progress } from '../../domain/progress.js';
import type { Wait } from '../../domain/waits.js';
import type { Paint } from './paint.js';

/** Nodes wait for a moment again and again; only what lasts is shown. */
const noticedMs = 3000;

/** Three lines for each wait: for what, since and until when; what happens then; what a person can do now. */
export function renderWaits(progress: Pick<Progress, 'cluster' | 'wait' | 'nodes'>, now: number, paint: Paint): string[] {
  const nodes = progress.nodes.flatMap(({ node, wait, outcome }) =>
    wait !== null && outcome === null && now - Date.parse(wait.since) >= noticedMs ? [{ who: node, wait }] : [],
  );
  const run = progress.wait === null ? [] : [{ who: 'waiting', wait: progress.wait }];
  return [...run, ...nodes.map(({ who, wait }) => ({ who: `${who} waits`, wait }))].flatMap(({ who, wait }) => [
    paint.yellow(`${who}: ${wait.reason} (${renderTimes(wait, now)})`),
    `  then: ${wait.next}`,
    `  now: ${wait.operatorCan}`,
  ]);
}

function renderTimes({ since, until }: Wait, now: number): string {
  const elapsed = renderElapsed(Math.max(0, now - Date.parse(since)));
  return `for ${elapsed}, ${renderElapsed(Math.max(0, Date.parse(until) - now))} left, until ${until}`;
}
