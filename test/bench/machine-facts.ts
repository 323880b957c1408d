/** On what it was measured. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

export interface MachineFacts {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly kernel: string;
  readonly node: string;
  /** The mean number of processes that wanted to run in the minute before: near 0 on a quiet machine. */
  readonly loadBefore: number;
}

export function describeMachine(): MachineFacts {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: /^PRETTY_NAME="?([^"\n]*)/m.exec(readOrNothing('/etc/os-release'))?.[1] ?? process.platform,
    kernel: release(),
    node: process.version,
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
