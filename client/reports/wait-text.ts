/** What a run and its nodes wait for, for eyes. */
import { renderElapsed } from '../../domain/duration.js';
import type { Progress } from '../../domain/progress.js';
import { hasLasted, isWorthTelling, type Wait } from '../../domain/waits.js';
import type { Paint } from './paint.js';

/** The progress with those waits alone that people should be told of. */
export function withWaitsThatMatter(progress: Progress, now: number): Progress {
  return {
    ...progress,
    wait: progress.wait !== null && isWorthTelling(progress.wait, now) ? progress.wait : null,
    nodes: progress.nodes.map((node) => ({ ...node, wait: node.outcome === null && node.wait !== null && hasLasted(node.wait, now) ? node.wait : null })),
  };
}

/** Three lines for each wait: for what, since and until when; what happens then; what a person can do now. */
export function renderWaits(progress: Progress, now: number, paint: Paint): string[] {
  const { wait: ofRun, nodes } = withWaitsThatMatter(progress, now);
  const shown = [{ who: 'waiting', wait: ofRun }, ...nodes.map(({ node, wait }) => ({ who: `${node} waits`, wait }))];
  return shown
    .flatMap(({ who, wait }) => (wait === null ? [] : [{ who, wait }]))
    .flatMap(({ who, wait }) => [paint.yellow(`${who}: ${wait.reason} (${renderTimes(wait, now)})`), `  then: ${wait.next}`, `  now: ${wait.operatorCan}`]);
}

function renderTimes({ since, until }: Wait, now: number): string {
  const elapsed = renderElapsed(Math.max(0, now - Date.parse(since)));
  return `for ${elapsed}, ${renderElapsed(Math.max(0, Date.parse(until) - now))} left, until ${until}`;
}
