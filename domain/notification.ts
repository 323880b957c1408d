/** Telling targets the events of a run: which ones, in which order, how often, and when it is given up. */
import { z } from 'zod';
import { eventCatalogue, type RunEvent } from './events.js';
import { nameSchema, runReferenceSchema } from './names.js';
import type { Finding } from './report.js';
import { targetNamesSchema, type Level } from './target-names.js';

/** What a coordinator knows of a target, and may say: its name and kind, never its address or what proves who we are. */
export interface ResolvedTarget {
  readonly name: string;
  readonly kind: 'webhook' | 'command';
}

/** A place in the histories of a run. In one history times never go back, and a reset copies them: the pair outlives both. */
export const placeSchema = z.strictObject({ at: z.number(), id: z.number().int(), index: z.number().int() });
export type Place = z.infer<typeof placeSchema>;

/** How far a target was told: the last place in each history, by the name of its workflow; and what became of it so far. */
export const deliveryStateSchema = z.strictObject({
  /** The execution of the run that is read: after a reset there is another one. */
  execution: z.string().min(1).max(100),
  told: z.record(z.string(), placeSchema),
  delivered: z.number().int(),
  givenUp: z.number().int(),
  /** Why the target does not take what it is told; null while it does. */
  problem: z.string().nullable(),
});
export type DeliveryState = z.infer<typeof deliveryStateSchema>;

/** The input of the workflow `notification`, which tells the targets of one run. */
export const notificationOrderSchema = z.strictObject({
  cluster: nameSchema,
  run: runReferenceSchema,
  execution: z.string().min(1).max(100),
  targets: targetNamesSchema,
});

/** What became of the events of a run for one target. */
export interface TargetResult {
  readonly target: string;
  readonly delivered: number;
  readonly givenUp: number;
  /** Why the last one was not taken; null when it was. */
  readonly problem: string | null;
}

/** What a run is told about one of its targets while it goes on. */
export const targetNewsSchema = z.strictObject({ target: nameSchema, problem: z.string().max(500).nullable(), givenUp: z.number().int().min(0) });
export type TargetNews = z.infer<typeof targetNewsSchema>;

/** Where nothing was told yet. */
export const untold = (execution: string): DeliveryState => ({ execution, told: {}, delivered: 0, givenUp: 0, problem: null });

const ranks: Readonly<Record<Level, number>> = { information: 0, warning: 1, error: 2 };

/** Whether a target that takes events from `least` on takes this one. */
export const isWanted = (level: Level, least: Level) => ranks[level] >= ranks[least];

/** Whether what stands at this place of a history was told already. */
export function isTold({ told }: Pick<DeliveryState, 'told'>, workflow: string, place: Place): boolean {
  const last = told[workflow];
  if (last === undefined) return false;
  return place.at - last.at < 0 || (place.at === last.at && (place.id < last.id || (place.id === last.id && place.index <= last.index)));
}

/** An attempt that failed. */
export interface FailedDelivery {
  /** 1 for the first. */
  readonly attempt: number;
  /** The target says that it will never take this one. */
  readonly isRefused: boolean;
  /** When the event happened, and how old it may become. */
  readonly at: Date;
  readonly giveUpAfterMs: number;
}

const firstPauseMs = 1000;
const longestPauseMs = 60_000;

/**
 * How long to wait before the event is told again; null: it is given up, since it was refused for good or has become too old.
 * An event that is too old already, because those before it took so long, still is tried once.
 */
export function pauseBeforeRetry({ attempt, isRefused, at, giveUpAfterMs }: FailedDelivery, now: Date): number | null {
  const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(attempt - 1, 10), longestPauseMs);
  return isRefused || now.getTime() + pauseMs > at.getTime() + giveUpAfterMs ? null : pauseMs;
}

/** From which failed attempt on the run is told: a single one says little. */
export const tellsRunFrom = 3;

const messageLimit = 4000;

/** The event as it is sent: a message that lists hundreds of updates is cut. */
export function fitEvent(event: RunEvent): RunEvent {
  const { message } = event;
  return message.length <= messageLimit ? event : { ...event, message: `${message.slice(0, messageLimit)} … (cut; "cau events" has all of it)` };
}

/** What stands in the report of targets that were not told everything by its time. */
export function targetFindings(news: readonly TargetNews[]): Finding[] {
  return news
    .filter(({ problem, givenUp }) => problem !== null || givenUp > 0)
    .map(({ target, problem, givenUp }) => {
      const missing = givenUp === 0 ? [] : [`${givenUp} ${givenUp === 1 ? 'event' : 'events'} or more given up`];
      return {
        id: 'notify.target',
        severity: 'warning',
        message: `Target "${target}" has not been told everything: ${[...missing, ...(problem === null ? [] : [problem])].join('; ')}`,
        remedy: `Look at the target, and at coordinator.notify.${target} of the coordinators; what is not given up is told after the run, too. "cau events" tells the same events.`,
        skipped: false,
      };
    });
}

/** An event that comes from no run, to try a target with. */
export function trialEvent(id: string, cluster: string, at: Date): RunEvent {
  const { number, level, meaning } = eventCatalogue.trial;
  return { id, number, name: 'trial', level, at: at.toISOString(), cluster, run: 'none', node: null, message: meaning };
}
