/** The bench's Update Coordinators, as processes that can be killed. */
import { startCoordinator } from '../helpers/compiled.js';

type KillableProcess = ReturnType<typeof startCoordinator>;

export class Coordinators {
  private readonly living = new Map<number, KillableProcess>();

  /** @param env with which they find their Temporal service */
  constructor(private readonly env: Readonly<Record<string, string>>) {}

  start(count: number): void {
    for (let number = 1; number <= count; number += 1) {
      const child = startCoordinator(this.env);
      if (child.pid !== undefined) this.living.set(child.pid, child);
    }
  }

  /** Kills the one with that process id, or all, as `kill -9` does. @throws Error when there is none */
  async kill(pid?: number): Promise<void> {
    const killed = [...this.living].filter(([own]) => pid === undefined || own === pid);
    if (killed.length === 0) throw new Error(`no coordinator ${pid ?? ''} is alive`);
    await this.end('SIGKILL', killed);
  }

  /** Ends all, and waits for it. */
  stop(): Promise<void> {
    return this.end('SIGTERM', [...this.living]);
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM', ending: readonly (readonly [number, KillableProcess])[]): Promise<void> {
    for (const [pid, child] of ending) {
      child.kill(signal);
      this.living.delete(pid);
    }
    await Promise.all(ending.map(([, child]) => child));
  }
}
