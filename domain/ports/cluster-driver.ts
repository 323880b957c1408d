/**
 * What a cluster manager must be able to do for us. A driver runs inside a node worker and speaks for the cluster only
 * while its own node has quorum: every verb but the local ones first proves that, and throws `NoQuorumHere` otherwise.
 * Verbs are idempotent; writes are compare-and-swap and are read back instead of trusting an exit code.
 */
import type { ClusterDescription, ClusterSight } from '../cluster.js';
import type { Duration } from '../duration.js';
import type { MoveMode, RoleReturn } from '../move-modes.js';
import type { RunReference } from '../names.js';
import type { ClusterHistory } from '../records.js';
import type { RoleHome, RolePreference, Steering } from '../steering.js';
import type { RoleCandidates } from '../waves.js';

/** One cluster manager, as the node of this worker reaches it. */
export interface ClusterDriver {
  /** The driver's name: `pacemaker`, `simulated`. */
  readonly kind: string;
  readonly capabilities: DriverCapabilities;

  /** The cluster as this node sees it. Does not require quorum: `witness.quorate` tells. */
  describe(): Promise<ClusterDescription>;

  /** One look, for watching: cheaper than a description, under the same conditions. */
  look(): Promise<ClusterLook>;

  /**
   * Which moves each drain, return and failback would cause, in that order of nodes and in that mode, changing nothing.
   * An entry per node; empty `moves` when nothing would move. What is taken home at the end stands with the last node.
   */
  predictMoves(order: readonly string[], mode: MoveMode): Promise<PredictedNodeMoves[]>;

  /**
   * For each wanted role that serves now: the nodes each of which alone could keep it serving, with all others drained. Changes
   * nothing. Where roles could not share one node this names too few nodes, never too many.
   */
  findCandidates(): Promise<RoleCandidates[]>;

  /** For each role with a place of its own: what it does when the node that it was driven from is back. Changes nothing. */
  findReturns(): Promise<RoleReturn[]>;

  /**
   * The preferences with which a node should be drained, so that its roles move as seldom as possible; empty where the cluster's own
   * choice is as good. Changes nothing. They never outweigh what an administrator prefers, and never name a promoted role.
   */
  chooseTargets(drain: PlannedDrain): Promise<RolePreference[]>;

  /** How these roles, which serve elsewhere now, can be taken home. Changes nothing. */
  planFailback(homes: readonly RoleHome[]): Promise<FailbackPlan>;

  /**
   * Makes the cluster follow these preferences. Succeeds again for preferences that are there.
   * @param of the node for whose update they are, or null: for the run. A hold takes away those of its node when it ends, the lease
   * takes away all.
   * @throws CauError `ClusterBusy` when another run has the lease, `NodeVanished` when `of` is no member
   */
  steer(run: RunReference, of: string | null, steering: Steering): Promise<void>;

  /** Takes away the preferences that `steer`, or the hold of that node, set. Nothing when another run has the lease. */
  unsteer(run: RunReference, of: string | null): Promise<void>;

  /**
   * Takes the lease of the cluster for a run, and takes away preferences that an earlier run left. Succeeds again for the run that has it.
   * `releaseAfter` is recorded with it; when it is left out, the default of the option is meant.
   * @throws CauError `ClusterBusy` with `facts.holder` (a `RunReference`) when another run has it.
   */
  takeLease(run: RunReference, releaseAfter?: Duration): Promise<void>;

  /** Gives the lease back if this run has it, and takes away all its preferences; nothing otherwise. */
  dropLease(run: RunReference): Promise<void>;

  /**
   * Puts a node in maintenance mode for a run, with its owner, in one compare-and-swap change based on a state with
   * fewer than `limit` holds. Succeeds again for a node that this run holds. `releaseAfter` as in `takeLease`.
   * A node that is held while it serves is put in maintenance mode when it is held again without `serving`.
   * @throws CauError `RefusedByOperator` when an operator holds it, `ClusterBusy` when another run does, has the lease, or the
   * limit is reached, `HoldBroken` when our own record was changed by somebody, `NodeVanished` when it is no member.
   */
  hold(node: string, run: RunReference, limit: number, releaseAfter?: Duration, terms?: HoldTerms): Promise<void>;

  /**
   * Ends the maintenance mode that this run set. What an operator set stays.
   * Answers `released`, or `notHeld` when there was nothing of this run.
   */
  release(node: string, run: RunReference): Promise<'released' | 'notHeld'>;

  /**
   * Records in the hold why the node is kept in maintenance mode on purpose. Nothing when this run does not hold it.
   * @throws CauError `NodeVanished` when it is no member
   */
  keep(node: string, run: RunReference, reason: string): Promise<void>;

  /**
   * What happened in the cluster since then, by its own log, with the last change of each kind before that. Needs no
   * quorum. Never throws for a log that is not there: the answer names the gap.
   */
  history(since: string): Promise<ClusterHistory>;

  /** Local: stops the cluster stack of this very node in order. Idempotent. @throws CauError `RestartBlocked` when it hangs. */
  stopStack(): Promise<void>;

  /** Local: starts the cluster stack of this very node, which may still be starting afterwards. Idempotent. @throws CauError `ClusterToolFailed` */
  startStack(): Promise<void>;

  /** Local: whether the stack of this node is running, and whether it starts by itself at boot. */
  stackState(): Promise<{ readonly running: boolean; readonly startsAtBoot: boolean }>;

  /**
   * Local: primitives that are active on this node although the cluster does not know it, found by asking their agents
   * (Pacemaker: a forced probe). A node that joins with one makes the cluster restart it elsewhere.
   */
  findStrayResources(): Promise<readonly string[]>;
}

/** On what terms a node is held; by default none of these. */
export interface HoldTerms {
  /** Hold also a node that is in an operator's standby, and rely on that: it is neither changed nor ended. */
  readonly includeStandby: boolean;
  /** Mark the node as being worked on, and let its roles stay. */
  readonly serving: boolean;
  /** Where its roles should go, set in the same change: a moment later they would be under way. */
  readonly steering?: Steering | undefined;
}

/** A drain to come, and what is drained after it. */
export interface PlannedDrain {
  readonly node: string;
  /** In their order. */
  readonly later: readonly string[];
  /** Roles that are taken home at the end of the run; none where they stay. */
  readonly homes: readonly RoleHome[];
}

/** Preferences that take roles home, and the roles that are preferred at home and that no preference of ours takes there. */
export interface FailbackPlan {
  readonly preferences: readonly RolePreference[];
  readonly stuck: readonly string[];
}

/** What a look showed, the question that is asked only when the rest is as it should be, and the wait for the next look. */
export interface ClusterLook {
  readonly sight: ClusterSight;
  /** Whether nothing was under way in the very state that was seen. */
  isIdle(): Promise<boolean>;
  /**
   * Resolves when something in the cluster may have changed since this look began, whoever else looked meanwhile, or
   * after `timeoutMs` at the latest. Local: needs no quorum. Never throws for a cluster that went down.
   */
  waitForChange(timeoutMs: number, signal?: AbortSignal): Promise<void>;
}

/** What of a cluster manager others have to know; none of it changes while a worker runs. */
export interface DriverCapabilities {
  /** Whether `predictMoves` tells the truth of this cluster manager rather than an estimate. */
  readonly predictsMoves: boolean;
  /** Whether the stack can be stopped apart from the node. */
  readonly stopsStack: boolean;
  /** The command with which an operator ends the maintenance mode of a node that a run kept in it; null where there is none. */
  releaseCommand(node: string): string | null;
  /** Packages whose update touches the cluster stack itself. */
  readonly stackPackages: readonly string[];
}

/** What draining one node, bringing it back and taking roles home would move. */
export interface PredictedNodeMoves {
  readonly node: string;
  readonly moves: readonly PredictedMove[];
}

/** One predicted move of a role. `to` is null when no other node may run it: it would stop. */
export interface PredictedMove {
  readonly role: string;
  readonly from: string;
  readonly to: string | null;
  readonly when: 'drain' | 'return' | 'failback';
  /** Whether the role interrupts its service while it moves; false for a live migration. */
  readonly kind: 'move' | 'migrate' | 'promote' | 'stop' | 'restart';
}
