/** Gates: conditions of the user's that must hold before the run goes on, before a node is begun and after it is back. */
import { z } from 'zod';
import { durationSchema, durationWithin } from './duration.js';
import { scriptNameSchema } from './hooks.js';
import { nameSchema } from './names.js';

/** An address without credentials in it: it stands in histories and reports. */
const addressSchema = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((url) => !/^https?:\/\/[^/?#]*@/.test(url), 'an address with a user name or a password in it is not allowed: it would stand in every report');

const common = {
  /** What messages call it; no two gates have the same. */
  name: nameSchema,
  /** `before` a node is begun, `after` it is back, or `both`. */
  when: z.enum(['before', 'after', 'both']).default('both'),
  /** By when it must have held for `holdFor`. */
  timeout: durationSchema.default('10m'),
  /** How long it must hold without a break. */
  holdFor: durationSchema.default('0s'),
  /** How often it is looked at. */
  every: durationWithin('0s', '1h').default('2s'),
};

/** One gate, by its kind. */
export const gateSchema = z.discriminatedUnion('kind', [
  /** Nothing failed since the start of the run, every role that is wanted serves, and nothing is under way. */
  z.strictObject({ kind: z.literal('cluster'), ...common }),
  z.strictObject({
    kind: z.literal('http'),
    ...common,
    url: addressSchema,
    /** The answer's status; any from 200 to 399 when it is left out. */
    status: z.number().int().min(100).max(599).optional(),
    /** What its first 64 KiB must contain. */
    contains: z.string().min(1).max(200).optional(),
  }),
  /** A script of the node itself; exit code 0 means that it holds. */
  z.strictObject({ kind: z.literal('command'), ...common, script: scriptNameSchema }),
  z.strictObject({
    kind: z.literal('prometheus'),
    ...common,
    /** Of the server, without "/api/v1/query". */
    url: addressSchema,
    query: z.string().min(1).max(1000),
    /** What every value of the answer must fulfil, such as "== 0". */
    condition: z.string().regex(/^(<=|>=|==|!=|<|>) ?-?\d{1,15}(\.\d{1,10})?$/, 'a comparison with a number such as "== 0" or "< 0.05"'),
  }),
]);
export type Gate = z.infer<typeof gateSchema>;
/** Before its node is held, or after it was released. */
export type GateTime = 'before' | 'after';

/** The gates of that time. */
export function gatesAt(gates: readonly Gate[], time: GateTime): Gate[] {
  return gates.filter(({ when }) => when === time || when === 'both');
}

/** What a look at a gate showed: whether it holds, and the value in words. */
export interface GateLook {
  readonly holds: boolean;
  readonly seen: string;
}

/** What came of watching a gate for a time. */
export interface GateAnswer {
  readonly passed: boolean;
  /** What was seen last. */
  readonly seen: string;
  /** For how long it has held without a break, in milliseconds. */
  readonly heldMs: number;
}

/** For how long a gate has held without a break, look by look. */
export interface HoldTime {
  /** Milliseconds; null while it does not hold. */
  see(holds: boolean, nowMs: number): number | null;
}

/** A look that fails begins it anew. */
export function createHoldTime(): HoldTime {
  let since: number | null = null;
  return {
    see(holds, nowMs) {
      since = holds ? (since ?? nowMs) : null;
      return since === null ? null : nowMs - since;
    },
  };
}

const firstSliceMs = 5000;
const usualSliceMs = 60_000;
const slicesAtMost = 30;

/**
 * For how long a gate is watched the next time before the run is told what was seen, in milliseconds: one look at first, then
 * longer each time, and however long its timeout is, not more often than some thirty times.
 */
export function sliceMs(look: number, timeoutMs: number): number {
  return look === 0 ? 0 : Math.min(firstSliceMs * 2 ** Math.min(look - 1, 20), Math.max(usualSliceMs, timeoutMs / slicesAtMost));
}
