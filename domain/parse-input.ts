/** Input as its schema has it, or a refusal that names each field, its value and what is allowed. */
import { z } from 'zod';
import { CauError } from './errors.js';
import { fitText } from './payload-size.js';

/**
 * The value as the schema has it.
 * @throws CauError `InvalidInput` that names each field, its value and what is allowed
 */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = describeProblems(schema, value, parsed.error).map(({ text }) => text);
  throw new CauError('InvalidInput', `${what}: ${problems.join('; ')}.`, { where: fieldOf(parsed.error.issues[0]) });
}

/** The first problems of a refused value: each with its place, and in words with field, value and what is allowed. */
export function describeProblems(schema: z.ZodType, value: unknown, error: z.ZodError): { readonly path: readonly PropertyKey[]; readonly text: string }[] {
  return error.issues.slice(0, 10).map((issue) => ({
    path: issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path,
    text: renderIssue(issue, value, schema),
  }));
}

function renderIssue(issue: z.core.$ZodIssue, value: unknown, schema: z.ZodType): string {
  const given = issue.path.reduce<unknown>((at, key) => (isRecord(at) ? at[String(key)] : undefined), value);
  if (issue.code === 'unrecognized_keys') {
    // Whoever sends a million fields must not get an answer that is too large for Temporal to carry.
    const unknown = issue.keys.slice(0, 5).map((key) => JSON.stringify(fitText(key, 40)));
    return `${fieldOf(issue)}: unknown ${issue.keys.length === 1 ? 'field' : 'fields'} ${unknown.join(', ')}${issue.keys.length > 5 ? ', …' : ''}; allowed: ${Object.keys(schemaAt(schema, issue.path, value).properties ?? {}).join(', ')}`;
  }
  const shown = given === undefined ? '' : ` (given: ${fitText(withoutPassword(JSON.stringify(given) ?? ''), 120)})`;
  const schemaThere = issue.code === 'invalid_union' ? renderAllowed(schemaAt(schema, issue.path, value)) : '{}';
  const allowed = schemaThere === '{}' ? '' : `; allowed: ${fitText(schemaThere, 400)}`;
  return `${fieldOf(issue)}: ${fitText(issue.message, 400)}${shown}${allowed}`;
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** What the schema allows at that place, in the language of JSON Schema; of several kinds of objects, for the kind that was given. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): JsonSchema {
  let at = jsonSchemaOf(schema);
  let given = value;
  for (const key of path) {
    at = (at.properties?.[String(key)] ?? at.items ?? {}) as JsonSchema;
    given = isRecord(given) ? given[String(key)] : undefined;
    at = kindOf(at, given);
  }
  return at;
}

function kindOf(schema: JsonSchema, given: unknown): JsonSchema {
  const isKind = ({ properties = {} }: JsonSchema) =>
    isRecord(given) &&
    Object.entries(properties).every(([key, property]) => typeof property === 'boolean' || property.const === undefined || property.const === given[key]);
  return (schema.oneOf ?? []).find(isKind) ?? schema;
}

/** The part of an address that may be a secret is not repeated on screens and in histories. */
function withoutPassword(text: string): string {
  return text.replaceAll(/:\/\/[^/?#"\s]*@/g, '://…@');
}

const jsonSchemas = new WeakMap<z.ZodType, JsonSchema>();

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const made = jsonSchemas.get(schema) ?? (z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as JsonSchema);
  jsonSchemas.set(schema, made);
  return made;
}

function renderAllowed({ description: _meaning, $schema: _dialect, ...allowed }: JsonSchema): string {
  return JSON.stringify(allowed);
}

function fieldOf(issue: z.core.$ZodIssue | undefined): string {
  return issue === undefined || issue.path.length === 0 ? 'input' : issue.path.map(String).join('.');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
