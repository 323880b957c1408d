/** Probes: requests repeated at a fixed rate to measure how long a role does not answer. */
import { z } from 'zod';
import { durationWithin } from './duration.js';
import { nameSchema } from './names.js';

/** One request to repeat. It is sent every `every`, whether or not earlier ones were answered. */
export const probeSchema = z.strictObject({
  role: nameSchema,
  /** An address that answers 2xx or 3xx while the role serves. */
  http: z.url({ protocol: /^https?$/ }),
  every: durationWithin('10ms', '1m').default('50ms'),
});
export type Probe = z.infer<typeof probeSchema>;

/** A time without an answer: from the last answered request before it to the first one after it. */
export const interruptionSchema = z.strictObject({ from: z.iso.datetime(), ms: z.number().int().nonnegative() });
export type Interruption = z.infer<typeof interruptionSchema>;

/** What the probes of one role measured. Only the longest interruptions are listed when there are many. */
export const measurementSchema = z.strictObject({
  role: z.string(),
  requests: z.number().int(),
  failed: z.number().int(),
  interruptions: z.array(interruptionSchema),
});
export type Measurement = z.infer<typeof measurementSchema>;

const listed = 20;

/** The measurements of several periods as one per role, in order of time. */
export function mergeMeasurements(measurements: readonly Measurement[]): Measurement[] {
  const byRole = new Map<string, Measurement>();
  for (const next of measurements) {
    const sum = byRole.get(next.role);
    byRole.set(next.role, {
      role: next.role,
      requests: (sum?.requests ?? 0) + next.requests,
      failed: (sum?.failed ?? 0) + next.failed,
      interruptions: longest([...(sum?.interruptions ?? []), ...next.interruptions]),
    });
  }
  return [...byRole.values()];
}

/** The interruptions to list, at most 20: the longest, in order of time. */
export function longest(interruptions: readonly Interruption[]): Interruption[] {
  return interruptions
    .toSorted((left, right) => right.ms - left.ms)
    .slice(0, listed)
    .toSorted((left, right) => left.from.localeCompare(right.from));
}
