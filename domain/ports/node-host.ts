/** What a node worker needs of the machine it runs on: a Linux host with systemd, or a simulated one. */
import type { Boot, Records } from '../records.js';

/** The machine of one node worker. */
export interface NodeHost {
  /** The id of the current boot: another one after every restart (Linux: `/proc/sys/kernel/random/boot_id`). */
  bootId(): Promise<string>;

  /** The boots from the one on that was running at `since`, in order, as the machine itself recorded them. */
  boots(since: string): Promise<Records<Boot>>;

  /** Asks for an orderly restart and returns before it happens. Never called twice on one boot by the same operation. */
  restart(): Promise<void>;

  /**
   * Starts a process that outlives this worker, under a name; a second call with a name that is running does nothing.
   * Linux: a transient systemd unit; simulated: a detached process of the machine.
   */
  startOperation(name: string, specificationFile: string): Promise<void>;

  /** Whether the process of that name is running now. */
  isOperationRunning(name: string): Promise<boolean>;
}
