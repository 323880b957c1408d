/**
 * The maintenance window: when nodes may be begun. As an administrator writes it, in the time of a named zone; and as it
 * is for one run, in moments.
 */
import { z } from 'zod';
import { renderElapsed } from './duration.js';
import type { ExpectedNodeTime } from './expected-node-time.js';
import { verdictOf, type Verdict } from './verdict.js';

const daily = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "22:00"');
const once = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$/, 'a date with a time such as "2027-03-28T06:00"');

/** A name of the IANA data base, such as `Europe/Zurich`. */
export const timeZoneSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9_+/-]{1,60}$/, 'the name of a time zone such as "Europe/Zurich"');

/** With times of day it comes every day, with dates once; without `start` it is open until its end. */
export const maintenanceWindowSchema = z.strictObject({
  start: z.union([daily, once]).optional(),
  end: z.union([daily, once]),
  timeZone: timeZoneSchema,
});
export type MaintenanceWindow = z.infer<typeof maintenanceWindowSchema>;

/** The window of one run, in moments: settled once, at its start. */
export interface SettledWindow {
  /** Null: it is open already. */
  readonly opensAt: string | null;
  readonly closesAt: string;
  /** As the administrator wrote it, for eyes. */
  readonly written: string;
}

/** The window in the words of the administrator. */
export function renderWindow({ start, end, timeZone }: MaintenanceWindow): string {
  return `${start === undefined ? 'until' : `${start} to`} ${end} ${timeZone}`;
}

/** Whether a node that is begun now is expected to be done before the window closes. */
export function decideFit(window: SettledWindow, expected: ExpectedNodeTime, now: number): Verdict {
  const leftMs = Date.parse(window.closesAt) - now;
  if (leftMs <= 0) return verdictOf([`the maintenance window (${window.written}) closed at ${window.closesAt}`]);
  if (expected.ms <= leftMs) return verdictOf([]);
  return verdictOf([
    `the maintenance window (${window.written}) closes at ${window.closesAt}, in ${renderElapsed(leftMs)}; the node is expected to take ${renderElapsed(expected.ms)} (${expected.basis})`,
  ]);
}

/** A node in a window that is looked at before the run. */
export interface FittedNode {
  readonly node: string;
  readonly expected: ExpectedNodeTime;
  /** When it would be done; null when it would not be begun. */
  readonly doneAt: string | null;
}

/** A node that is to be begun: beside the others of its wave, or alone where there are no waves. */
export interface NodeToFit {
  readonly node: string;
  readonly expected: ExpectedNodeTime;
  readonly wave?: number | undefined;
}

/**
 * Which nodes, wave by wave, are expected to fit; one that does not leaves its room to those after it. A run begins the next node as
 * soon as one of a wave is done, so it is done no later.
 */
export function fitNodes(window: SettledWindow, nodes: readonly NodeToFit[], now: number): readonly FittedNode[] {
  let at = Math.max(now, window.opensAt === null ? now : Date.parse(window.opensAt));
  return inWaves(nodes).flatMap((wave) => {
    const beginsAt = at;
    return wave.map(({ node, expected }) => {
      if (decideFit(window, expected, beginsAt).state !== 'met') return { node, expected, doneAt: null };
      const doneAt = beginsAt + expected.ms;
      at = Math.max(at, doneAt);
      return { node, expected, doneAt: new Date(doneAt).toISOString() };
    });
  });
}

function inWaves(nodes: readonly NodeToFit[]): NodeToFit[][] {
  const waves: NodeToFit[][] = [];
  for (const node of nodes) {
    const last = waves.at(-1);
    if (node.wave !== undefined && last?.[0]?.wave === node.wave) last.push(node);
    else waves.push([node]);
  }
  return waves;
}
