/** What runs on a simulated machine beside its own process group: a script has a group of its own, so that it can be ended as a whole. */
import { readdirSync, readFileSync } from 'node:fs';

interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

/** The process groups, other than its own, of all descendants of a process. None where there is no `/proc`. */
export function groupsBelow(pid: number): number[] {
  const processes = readProcesses();
  const found = new Set<number>([pid]);
  const groups = new Set<number>();
  for (const parent of found) {
    for (const child of processes.filter((one) => one.parent === parent)) {
      found.add(child.pid);
      if (child.group !== pid) groups.add(child.group);
    }
  }
  return [...groups];
}

function readProcesses(): SeenProcess[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : []));
  } catch {
    return [];
  }
}

/** Null for one that has ended meanwhile. Its name may contain anything, so that only what comes after it is read. */
function readProcess(pid: number): SeenProcess | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(parent), group: Number(group) };
  } catch {
    return null;
  }
}
