/** Targets of notifications as runs and coordinators name them. */
import { z } from 'zod';
import { nameSchema } from './names.js';

/** How grave an event must be at least to be told. */
export const levelSchema = z.enum(['information', 'warning', 'error']);
export type Level = z.infer<typeof levelSchema>;

/** The names of targets that a run may be given. */
export const targetNamesSchema = z.array(nameSchema).max(8);
