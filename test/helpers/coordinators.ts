/** Update Coordinators as an init system keeps them: one that dies is started again a little later. */
import { setTimeout as delay } from 'node:timers/promises';
import { startCoordinator } from './compiled.js';

/** How long a coordinator that died is missing, before its own start-up. */
export const restartPauseMs = 300;

export interface Coordinators {
  /** The process ids of those that run now. */
  pids(): number[];
  /** Kills one as `kill -9` does, and resolves when it is gone. Another one takes its place after a pause. */
  kill(pid: number): Promise<void>;
  /** Ends them all, for good. */
  end(): Promise<void>;
}

/** Keeps that many running. */
export function keepCoordinators(count: number, env: Readonly<Record<string, string>>): Coordinators {
  const running = new Set<ReturnType<typeof startCoordinator>>();
  const ending = new AbortController();
  const keep = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const child = startCoordinator(env);
      running.add(child);
      await child;
      running.delete(child);
      await delay(restartPauseMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const keeping = Array.from({ length: count }, keep);
  return {
    pids: () => [...running].flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    async kill(pid) {
      const child = [...running].find((one) => one.pid === pid);
      child?.kill('SIGKILL');
      await child;
    },
    async end() {
      ending.abort();
      for (const child of running) child.kill('SIGTERM');
      await Promise.all(keeping);
    },
  };
}
