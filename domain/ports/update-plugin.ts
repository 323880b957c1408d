/**
 * What an update plug-in must be able to do on a node: find, fetch and install updates. It runs as root on the node,
 * never restarts it and never asks anything. `install` runs in a process of its own that survives the node worker.
 */
import type { Installation, Records } from '../records.js';
import type { Update, WantedUpdates } from '../updates.js';

/** One source of updates on one node, such as apt. */
export interface UpdatePlugin {
  readonly manifest: PluginManifest;

  /**
   * What the node needs of the wanted updates, changing nothing that another program can see. What is on offer and not wanted is
   * kept back, with that reason.
   * @throws CauError `ScanFailed`, `LockHeld`
   */
  scan(wanted: WantedUpdates, context: PluginContext): Promise<ScanResult>;

  /** Fetches exactly these updates, so that `install` needs no network. @throws CauError `StageFailed` */
  stage(updates: readonly Update[], context: PluginContext): Promise<StageResult>;

  /**
   * Installs exactly these updates from what was staged, repairing first what an interrupted installation left.
   * A failing update is a result, not an exception.
   */
  install(updates: readonly Update[], context: PluginContext): Promise<InstallResult>;

  /** Whether the node's package data base is clean and has exactly these versions. */
  verify(updates: readonly Update[], context: PluginContext): Promise<VerifyResult>;

  /** Mends what an interrupted installation left (dpkg: `--configure -a`, `-f install` without removals). */
  repair(context: PluginContext): Promise<RepairResult>;

  /** Whether the node needs a restart for what is installed, and by which signs. */
  restartNeed(context: PluginContext): Promise<RestartNeed>;

  /** Everything that was installed on the node since then by whomever, as its package manager logged it. */
  history(since: string, context: PluginContext): Promise<Records<Installation>>;
}

/** Who a plug-in is, and what it may not share with another. */
export interface PluginManifest {
  readonly name: string;
  readonly version: string;
  /** Resources of the node that only one plug-in may use at a time, such as `dpkg`. */
  readonly exclusive: readonly string[];
}

/** For whom a plug-in works right now, and how it is stopped and heard. */
export interface PluginContext {
  readonly cluster: string;
  readonly node: string;
  /** A directory of the plug-in's own on the node, kept over restarts. */
  readonly stateDirectory: string;
  readonly signal?: AbortSignal;
  /** One line of progress for eyes; `fraction` from 0 to 1 where it is known. */
  progress(line: string, fraction?: number): void;
}

/** What a node needs of the wanted updates, and what else its plug-ins saw. */
export interface ScanResult {
  readonly updates: readonly Update[];
  /** Offered but not taken, with the reason: held by the administrator, needs a removal, phased. */
  readonly keptBack: readonly { readonly name: string; readonly reason: string }[];
  /** What an administrator should know: half-configured packages, hooks that run at installation, automatic restarts. */
  readonly findings: readonly PluginFinding[];
  readonly restartNeed: RestartNeed;
  /** Whether an earlier installation left something half done, so that the node needs a repair even without updates. */
  readonly repairNeeded: boolean;
}

/** Something that a plug-in noticed about its node. */
export interface PluginFinding {
  readonly id: string;
  /** `blocking` stops a run unless it is skipped by id. */
  readonly severity: 'blocking' | 'warning' | 'note';
  readonly message: string;
}

/** What was fetched, in bytes, and what was not to be had. */
export interface StageResult {
  readonly bytes: number;
  /** Planned updates that are not to be had any more; the run plans anew. */
  readonly gone: readonly string[];
}

/** What became of one update; `notApplicable`: what an administrator or the mirror changed since the plan speaks against it. */
export type UpdateOutcome = 'succeeded' | 'failed' | 'alreadyInstalled' | 'notApplicable';

/** What became of each update of one installation, and what the node needs now. */
export interface InstallResult {
  readonly updates: readonly {
    readonly name: string;
    readonly version: string;
    readonly outcome: UpdateOutcome;
    readonly restartRequired: boolean;
    /** Why it failed, at most a few lines. */
    readonly message?: string;
  }[];
  readonly restartNeed: RestartNeed;
  /** New configuration files that were laid beside the administrator's own. */
  readonly newConfigurationFiles: readonly string[];
  /** Services that were enabled or started by the installation and were not before; they are turned off again. */
  readonly newServices: readonly string[];
  /** Those that could not be turned off again. */
  readonly servicesStillOn?: readonly string[];
}

/** Whether what was to be installed is what is there. */
export interface VerifyResult {
  readonly clean: boolean;
  /** What is wrong, in words; empty when clean. */
  readonly problems: readonly string[];
}

/** The packages that were mended, and what could not be, in words. */
export interface RepairResult {
  readonly repaired: readonly string[];
  readonly problems: readonly string[];
}

/** Whether the node must restart for what is installed. */
export interface RestartNeed {
  readonly needed: boolean;
  /** The signs, in words: `reboot-required by linux-image-6.1`, `corosync uses deleted libraries`. */
  readonly reasons: readonly string[];
}
