/** Updates: what a scan finds and what an installation is asked to do. */
import { z } from 'zod';

/** Which of the updates on offer are wanted: all, or those from an origin of security updates and what these need. */
export const wantedUpdatesSchema = z.enum(['all', 'security']);
export type WantedUpdates = z.infer<typeof wantedUpdatesSchema>;

/** One update of one package to one exact version. */
export const updateSchema = z.strictObject({
  /** Name within its plug-in, for `apt` the package with its architecture where it is foreign. */
  name: z.string().min(1).max(200),
  plugin: z.string().min(1).max(40),
  /** The installed version; null for a new package that another update needs. */
  from: z.string().max(200).nullable(),
  to: z.string().min(1).max(200),
  /** Where it comes from, such as `Debian-Security:12/stable-security`. */
  origin: z.string().max(200),
  security: z.boolean(),
  sizeBytes: z.number().int().nonnegative(),
  /** Whether a restart of the node is to be expected. */
  restart: z.enum(['expected', 'notExpected']),
  /** Whether it touches the cluster stack itself. */
  clusterStack: z.boolean(),
});
export type Update = z.infer<typeof updateSchema>;

/** How many updates, in words. */
export function countUpdates(count: number): string {
  return `${count} ${count === 1 ? 'update' : 'updates'}`;
}

/** `name from -> to`, for eyes. */
export function renderUpdate(update: Update): string {
  return update.from === null ? `${update.name} ${update.to} (new)` : `${update.name} ${update.from} -> ${update.to}`;
}
