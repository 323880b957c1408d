/** What the processes that a bench started take of memory and processor. */
import { readFileSync, readdirSync } from 'node:fs';
import { setInterval } from 'node:timers';

/** Whose process it is. */
export type ProcessKind = 'node worker' | 'Update Coordinator' | 'Temporal' | 'simulation and bench';

/** The processes of one kind. */
export interface Consumption {
  readonly kind: ProcessKind;
  /** The most there were at once. */
  readonly count: number;
  /** Mean resident memory of one, MiB, over all looks at all of them. */
  readonly meanMiB: number;
  /** The most that one had. */
  readonly mostMiB: number;
  /** Processor time of all together, seconds, as far as looks saw it. */
  readonly cpuSeconds: number;
}

interface Look {
  readonly pid: number;
  readonly kind: ProcessKind;
  readonly residentMiB: number;
  readonly cpuSeconds: number;
}

const everyMs = 500;
/** Linux counts processor time for user programs in hundredths of a second, whatever the kernel's own tick. */
const ticksPerSecond = 100;

/** Looks at this process and all that descend from it until it is told to end; processor time counts from now. */
export function observeProcesses(): { end(): Consumption[] } {
  const before = new Map(look().map(({ pid, cpuSeconds }) => [pid, cpuSeconds]));
  const looks: Look[][] = [];
  const timer = setInterval(() => looks.push(look()), everyMs);
  return {
    end() {
      clearInterval(timer);
      looks.push(look());
      const kinds = [...new Set(looks.flat().map(({ kind }) => kind))];
      return kinds.map((kind) => consumptionOf(kind, looks, before));
    },
  };
}

function consumptionOf(kind: ProcessKind, looks: readonly (readonly Look[])[], before: ReadonlyMap<number, number>): Consumption {
  const all = looks.flat().filter((one) => one.kind === kind);
  const last = new Map(all.map(({ pid, cpuSeconds }) => [pid, cpuSeconds - (before.get(pid) ?? 0)]));
  return {
    kind,
    count: Math.max(...looks.map((one) => one.filter((process) => process.kind === kind).length)),
    meanMiB: all.reduce((sum, { residentMiB }) => sum + residentMiB, 0) / all.length,
    mostMiB: Math.max(...all.map(({ residentMiB }) => residentMiB)),
    cpuSeconds: [...last.values()].reduce((sum, seconds) => sum + seconds, 0),
  };
}

function look(): Look[] {
  const parents = new Map<number, { readonly parent: number; readonly cpuSeconds: number; readonly pages: number }>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readQuietly(`/proc/${name}/stat`) : '';
    // The name of the program, in brackets, may have blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields.length < 22) continue;
    parents.set(Number(name), { parent: Number(fields[1]), cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, pages: Number(fields[21]) });
  }
  const isOurs = (pid: number): boolean => pid === process.pid || (parents.has(pid) && isOurs(parents.get(pid)?.parent ?? 0));
  return [...parents].flatMap(([pid, { cpuSeconds, pages }]) =>
    isOurs(pid) ? [{ pid, kind: kindOf(readQuietly(`/proc/${pid}/cmdline`)), residentMiB: (pages * 4096) / 2 ** 20, cpuSeconds }] : [],
  );
}

function kindOf(commandLine: string): ProcessKind {
  const words = commandLine.split('\0');
  if (words.includes('start-dev')) return 'Temporal';
  if (!words.includes('serve')) return 'simulation and bench';
  return words.includes('node') && words.includes('--machine-file') ? 'node worker' : 'Update Coordinator';
}

/** Empty for a process that ended meanwhile. */
function readQuietly(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
