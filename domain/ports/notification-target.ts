/** A target of notifications, as a coordinator reaches it. */
import type { RunEvent } from '../events.js';
import type { ResolvedTarget } from '../notification.js';
import type { Level } from '../target-names.js';

/** Somebody who is told the events of runs. */
export interface NotificationTarget extends ResolvedTarget {
  /** How grave an event must be to be told. */
  readonly from: Level;
  /** How old an event may become before it is given up. */
  readonly giveUpAfterMs: number;
  /** Whether it could be used: files that can be read, a script that may be run. @throws CauError `ConfigurationInvalid` */
  check(): Promise<void>;
  /**
   * Tells it one event; ends within the target's own time limit, or when the signal aborts. Nothing of an address, an answer or a secret is in the error.
   * @throws CauError `TargetFailed`, with the fact `refused` when this event will never be taken; `ConfigurationInvalid`
   */
  deliver(event: RunEvent, signal: AbortSignal): Promise<void>;
}

/** The targets that a coordinator knows. */
export interface NotificationTargets {
  readonly names: readonly string[];
  find(name: string): NotificationTarget | undefined;
}
