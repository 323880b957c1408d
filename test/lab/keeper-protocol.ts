/** What other commands may ask of the process that keeps a lab. */
import { join } from 'node:path';
import { z } from 'zod';
import type { LabPlace } from './place.js';
import { offers } from './repository.js';

export const keeperRequestSchema = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.enum(['crash', 'start', 'cut', 'join']), node: z.string() }),
  z.strictObject({ verb: z.literal('offer'), offers: z.array(z.enum(offers)) }),
  z.strictObject({ verb: z.literal('settle'), timeoutMs: z.number() }),
  z.strictObject({ verb: z.enum(['powerLog', 'down']) }),
]);
export type KeeperRequest = z.infer<typeof keeperRequestSchema>;

/** Its answer: lines to show, or one sentence that says what failed. */
export const keeperAnswerSchema = z.union([z.strictObject({ lines: z.array(z.string()) }), z.strictObject({ failure: z.string() })]);
export type KeeperAnswer = z.infer<typeof keeperAnswerSchema>;

/** What it tells the command that started it, until the lab is up. */
export type KeeperNews = { readonly progress: string } | { readonly failure: string } | 'up';

export const keeperSocket = ({ directory }: LabPlace) => join(directory, 'keeper.sock');
export const keeperLog = ({ directory }: LabPlace) => join(directory, 'keeper.log');
