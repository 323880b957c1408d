/** The input of a run as JSON Schema, for editors and for programs that start runs. */
import { z } from 'zod';
import { describeOptions } from './option-catalogue.js';
import { runRequestSchema } from './requests.js';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/**
 * The JSON Schema of what `updatingRun` and `preview` take; each option with its meaning and its built-in default. What options must
 * fulfil together is not in it: the run itself refuses that, naming the field.
 */
export function requestJsonSchema(): JsonSchema {
  return { ...withDefaults(z.toJSONSchema(runRequestSchema, { io: 'input' }) as JsonSchema), title: 'The input of an Updating Run' };
}

/** The schema with the built-in default of each option in its field `options`. */
export function withDefaults(schema: JsonSchema): JsonSchema {
  const options = schema.properties?.['options'] as JsonSchema;
  const properties = Object.fromEntries(
    describeOptions().map((option) => [option.name, { ...(options.properties?.[option.name] as JsonSchema), default: option.default }]),
  );
  return { ...schema, properties: { ...schema.properties, options: { ...options, properties } } };
}
