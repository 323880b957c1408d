/** Several lanes side by side, each with the next task that is left. */
import type { Endings } from '../helpers/endings.js';
import { withEndings } from '../helpers/endings.js';
import { openLane, type Lane } from './lane.js';
import type { Terms } from './terms.js';

/** What lanes are like, and how many there are side by side. */
export interface Lanes {
  readonly lanes: number;
  readonly terms: Terms;
  readonly endings: Endings;
  progress(line: string): void;
}

/** What a task came to. */
export interface Outcome {
  readonly complaints: readonly string[];
}

/**
 * Does all tasks. A lane in which something went wrong is closed, and the next task gets a new one: what it left must not
 * be taken for the fault of the next.
 */
export async function doInLanes<T, R extends Outcome>(
  tasks: readonly T[],
  { lanes, terms, endings, progress }: Lanes,
  act: (lane: Lane, task: T) => Promise<R>,
): Promise<R[]> {
  const left = tasks.map((task, index) => ({ task, index }));
  const results = new Map<number, R>();
  const work = async (number: number): Promise<void> => {
    for (let opened = 1; left.length > 0; opened += 1) {
      await withEndings(endings, async (own) => {
        const lane = await openLane(`lane${number}-${opened}`, terms, own, progress);
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          const result = await act(lane, next.task);
          results.set(next.index, result);
          if (result.complaints.length > 0) return;
        }
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, tasks.length) }, (_, index) => work(index + 1)));
  return tasks.flatMap((_, index) => results.get(index) ?? []);
}
