/** What a simulated cluster consists of, and the file from which a process on one of its machines finds its way. */
import { readFileSync } from 'node:fs';

/** A role to simulate. It is a real HTTP service at a stable loopback address. */
export interface SimulatedRole {
  readonly id: string;
  /** A `clone` runs everywhere behind an address that moves; a `promotable` has copies of which one serves. */
  readonly kind: 'primitive' | 'clone' | 'promotable';
  /** Where it prefers to run, with the score `preference` (100). */
  readonly prefers?: string;
  readonly preference?: number;
  /** How much it prefers to stay where it is (0): below `preference` it goes home by itself, as in Pacemaker. */
  readonly stickiness?: number;
  /** The nodes with a copy of a promotable. */
  readonly copies?: readonly string[];
  /**
   * What the cluster does when a stop fails (Pacemaker: `on-fail` of the stop): leave the role `block`ed, which is the
   * default here, or `fence` the node, which is Pacemaker's own default where there is fencing.
   */
  readonly onStopFailure?: 'fence' | 'block';
}

/** An update on offer. */
export interface SimulatedUpdate {
  readonly name: string;
  readonly version: string;
  readonly restart?: boolean;
  readonly security?: boolean;
  readonly clusterStack?: boolean;
  readonly sizeBytes?: number;
  /** The plug-in that offers it; `simulated` when it is left out. */
  readonly plugin?: string;
  /** The nodes whose mirror has it; all when it is left out. */
  readonly offeredTo?: readonly string[];
  /** Offered only to machines that have this package in at least this version. */
  readonly revealedBy?: { readonly name: string; readonly version: string };
  /** Nodes on which its installation fails, or never ends. */
  readonly failsOn?: readonly string[];
  readonly endlessOn?: readonly string[];
  /** Nodes that the mirror does not answer as long as this is on offer. */
  readonly silentTo?: readonly string[];
  /** Nodes that the mirror refuses as long as this is on offer. */
  readonly refusedTo?: readonly string[];
  /** Listed by the mirror, which does not have it any more. */
  readonly gone?: boolean;
  /** Nodes to which it is offered again after it was installed. */
  readonly repeatsOn?: readonly string[];
}

/** How long things take, in milliseconds. */
export interface SimulatedTimings {
  readonly startMs: number;
  readonly stopMs: number;
  readonly bootMs: number;
  readonly joinMs: number;
  /** Until the others notice that a member is gone. */
  readonly detectMs: number;
  /** Until the fencing device confirms that a node is off. */
  readonly fenceMs: number;
  readonly installMs: number;
  /** Until a copy that was started is in sync and has its promotion score again. */
  readonly syncMs: number;
}

/** Times for tests: a whole run takes seconds. */
export const quickTimings: SimulatedTimings = { startMs: 30, stopMs: 20, bootMs: 300, joinMs: 50, detectMs: 200, fenceMs: 100, installMs: 30, syncMs: 100 };

/** Slow enough to be watched. */
export const visibleTimings: SimulatedTimings = {
  startMs: 200,
  stopMs: 150,
  bootMs: 1500,
  joinMs: 300,
  detectMs: 1000,
  fenceMs: 300,
  installMs: 500,
  syncMs: 500,
};

/** How the machine starts the node worker, as an init system would. */
export interface WorkerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The content of a machine's file: everything that a process on that machine needs to know. */
export interface MachineFile {
  readonly cluster: string;
  readonly node: string;
  /** Kept over restarts of the machine: package data base, ledger, archive. */
  readonly stateDirectory: string;
  /** Emptied at each boot, as `/run` is. */
  readonly runDirectory: string;
  /** The machine's own agent. */
  readonly socket: string;
  /** The interconnect, reached by the machine alone. */
  readonly interconnect: string;
  /** Updates on offer: the mirror. */
  readonly repositoryFile: string;
  readonly timings: SimulatedTimings;
  /** Whether the cluster stack starts by itself at boot. */
  readonly stackStartsAtBoot: boolean;
  readonly worker: WorkerCommand | null;
}

/** How a machine says that it restarts. */
export const restartExitCode = 133;

/** In the state directory of a machine: a line for each boot, for each that ended in order, and for each installed version. */
export const bootLogFile = 'boots.log';
export const shutdownLogFile = 'shutdowns.log';
export const packageLogFile = 'packages.log';

/** A line of the package log of a machine: `begun` when an installation begins, without it when it ended. */
export interface PackageLogLine {
  readonly at: string;
  readonly bootId: string;
  readonly name: string;
  /** The version before; null for a package that was not there. */
  readonly from: string | null;
  readonly version: string;
  /** Absent: `simulated`. */
  readonly plugin?: string;
  readonly begun?: true;
}

/** The file of the machine that this process runs on. */
export function readMachineFile(path: string): MachineFile {
  return JSON.parse(readFileSync(path, 'utf8')) as MachineFile;
}
