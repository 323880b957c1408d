/** The file of a profile as JSON Schema, for editors to complete and check. */
import { z } from 'zod';
import { profileSchema } from './profiles.js';
import { withDefaults } from './request-schema.js';

/** The JSON Schema of the file of a profile; each option with its meaning and its built-in default. */
export function profileJsonSchema(): z.core.JSONSchema.JSONSchema {
  return { ...withDefaults(z.toJSONSchema(profileSchema, { io: 'input' }) as z.core.JSONSchema.JSONSchema), title: 'A profile of Cluster-Aware Updating' };
}
