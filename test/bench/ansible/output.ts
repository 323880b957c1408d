/** What a playbook says while it runs, line by line. */
import type { PhaseTime } from '../lab-run.js';

/** A batch begins, a task begins, or a task ended on a node. */
export type PlaybookEvent =
  | { readonly kind: 'batch'; readonly number: number; readonly at: number }
  | { readonly kind: 'task'; readonly batch: number; readonly name: string; readonly at: number }
  | { readonly kind: 'result'; readonly batch: number; readonly task: string; readonly status: string; readonly node: string; readonly at: number };

/** Follows the lines of Ansible's default output. With `serial: 1` each batch is one node. */
export class PlaybookOutput {
  readonly events: PlaybookEvent[] = [];
  readonly lines: string[] = [];
  private batch = 0;
  private task = '';

  /** @param at milliseconds of any clock */
  read(line: string, at: number): void {
    this.lines.push(line);
    if (line.startsWith('PLAY [')) this.events.push({ kind: 'batch', number: (this.batch += 1), at });
    const task = /^(?:TASK|RUNNING HANDLER) \[(.*)\] \*+$/.exec(line)?.[1];
    if (task !== undefined) {
      this.task = task;
      this.events.push({ kind: 'task', batch: this.batch, name: task, at });
    }
    if (line.startsWith('PLAY RECAP')) this.task = '';
    const [, status, node] = /^(ok|changed|skipping|failed|fatal|unreachable): \[(\w+)/.exec(line) ?? [];
    if (status !== undefined && node !== undefined) this.events.push({ kind: 'result', batch: this.batch, task: this.task, status, node, at });
  }

  /** The tasks that failed, or whose node could not be reached, each with its node and reason. */
  failures(): string[] {
    let task = '';
    return this.lines.flatMap((line) => {
      task = /^TASK \[(.*)\] \*+$/.exec(line)?.[1] ?? task;
      const match = /^(?:fatal|failed): \[(\w+)[^\]]*\]: (\w+)!/.exec(line);
      return match?.[1] === undefined || match[2] === undefined ? [] : [`${match[1]}: "${task}" ${match[2].toLowerCase()}`];
    });
  }

  /** Milliseconds of each phase of each node: the word before the colon in the names of its tasks. */
  phases(endedAt: number): PhaseTime[] {
    const tasks = this.events.filter((event) => event.kind === 'task');
    return tasks.flatMap((event, index) => {
      const node = this.nodeOf(event.batch);
      const phase = /^(\w+):/.exec(event.name)?.[1];
      return node === undefined || phase === undefined ? [] : [{ node, phase, ms: (tasks[index + 1]?.at ?? endedAt) - event.at }];
    });
  }

  private nodeOf(batch: number): string | undefined {
    return this.events.flatMap((event) => (event.kind === 'result' && event.batch === batch ? [event.node] : []))[0];
  }
}
