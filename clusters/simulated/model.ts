/** What a simulated cluster consists of, and the file from which a process on one of its machines finds its way. */
import { readFileSync } from 'node:fs';

/** A role to simulate. It is a real HTTP service at a stable loopback address. */
export interface SimulatedRole {
  readonly id: string;
  /** A `clone` runs everywhere behind an address that moves; a `promotable` has copies of which one serves. */
  readonly kind: 'primitive' | 'clone' | 'promotable';
  /** Where it prefers to run; it goes back there when it can. */
  readonly prefers?: string;
  /** The nodes with a copy of a promotable. */
  readonly copies?: readonly string[];
}

/** An update on offer. */
export interface SimulatedUpdate {
  readonly name: string;
  readonly version: string;
  readonly restart?: boolean;
  readonly security?: boolean;
  readonly clusterStack?: boolean;
  readonly sizeBytes?: number;
  /** Offered only to machines that have this package in at least this version. */
  readonly revealedBy?: { readonly name: string; readonly version: string };
  /** Nodes on which its installation fails, or never ends. */
  readonly failsOn?: readonly string[];
  readonly endlessOn?: readonly string[];
  /** Nodes to which it is offered again after it was installed. */
  readonly repeatsOn?: readonly string[];
}

/** How long things take, in milliseconds. */
export interface SimulatedTimings {
  readonly startMs: number;
  readonly stopMs: number;
  readonly bootMs: number;
  readonly joinMs: number;
  readonly detectMs: number;
  readonly installMs: number;
  /** Until a copy that was started is in sync and has its promotion score again. */
  readonly syncMs: number;
}

export const quickTimings: SimulatedTimings = { startMs: 30, stopMs: 20, bootMs: 150, joinMs: 50, detectMs: 200, installMs: 30, syncMs: 100 };

/** Slow enough to be watched. */
export const visibleTimings: SimulatedTimings = { startMs: 200, stopMs: 150, bootMs: 1500, joinMs: 300, detectMs: 1000, installMs: 500, syncMs: 500 };

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
  readonly worker: WorkerCommand | null;
}

/** The file of the machine that this process runs on. */
export function readMachineFile(path: string): MachineFile {
  return JSON.parse(readFileSync(path, 'utf8')) as MachineFile;
}
