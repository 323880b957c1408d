/**
 * What this node is busy with: steps of runs that must not meet its release. Steps of this worker are counted; those that an
 * earlier worker began and that live on are asked for.
 */

export interface Occupation {
  /** Does a step of a run; one that comes while the node is being released waits for that. */
  work<T>(step: () => Promise<T>): Promise<T>;
  /** For how long no step of a run has been at work here, in milliseconds; from the start of the worker, where there was none yet. */
  idleForMs(): number;
  /** Does it while nothing else is done here, or answers what the node is busy with. */
  whileIdle<T>(act: () => Promise<T>): Promise<{ readonly busyWith: string } | { readonly done: T }>;
}

/** @param findSurvivor an operation that runs although no step of this worker waits for it, or null */
export function createOccupation(findSurvivor: () => Promise<string | null>): Occupation {
  let steps = 0;
  let idleSince = performance.now();
  let releasing: Promise<void> | null = null;
  // Whoever finds nobody releasing goes on in the same turn, so that nothing comes between the look and the act.
  const findRelease = () => releasing;
  return {
    async work(step) {
      for (let other = findRelease(); other !== null; other = findRelease()) await other;
      steps += 1;
      try {
        return await step();
      } finally {
        steps -= 1;
        idleSince = performance.now();
      }
    },
    idleForMs: () => (steps > 0 ? 0 : performance.now() - idleSince),
    async whileIdle(act) {
      for (let other = findRelease(); other !== null; other = findRelease()) await other;
      if (steps > 0) return { busyWith: 'a step of a run' };
      let end = (): void => undefined;
      releasing = new Promise((resolve) => {
        end = resolve;
      });
      try {
        const survivor = await findSurvivor();
        return survivor === null ? { done: await act() } : { busyWith: survivor };
      } finally {
        releasing = null;
        end();
      }
    },
  };
}
