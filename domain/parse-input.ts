/** Input as its schema has it, or a refusal that names each field, what is allowed there and what was given. */
import { z } from 'zod';
import { allowedWords, anything, unwrapped } from './allowed-words.js';
import { findNearest } from './did-you-mean.js';
import { CauError } from './errors.js';
import { fitText } from './payload-size.js';
import { closestProblems, type Problem } from './problem-place.js';

/**
 * The value as the schema has it.
 * @param what what the input is for; null where the names of the fields say it
 * @throws CauError `InvalidInput` that names each field, what is allowed and what was given
 */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown, what: string | null): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = describeProblems(schema, value, parsed.error);
  const text = problems.map((problem) => problem.text).join('; ');
  throw new CauError('InvalidInput', `${what === null ? '' : `${what}: `}${text}.`, { where: problems[0]?.field ?? 'input' });
}

/** A problem in words, and where it is. */
export interface DescribedProblem {
  /** The way to the field, or to the key that is none. */
  readonly path: readonly PropertyKey[];
  readonly field: string;
  readonly text: string;
}

/** How problems are told. */
export interface Telling {
  /** What the whole is called. */
  readonly whole?: string;
  /** Nothing of what was given is repeated. */
  readonly isSecret?: boolean;
}

/** The first problems of a refused value, in words. */
export function describeProblems(schema: z.ZodType, value: unknown, error: z.ZodError, telling: Telling = {}): DescribedProblem[] {
  return closestProblems(schema, value, error)
    .slice(0, 10)
    .map((problem) => {
      const { issue, path } = problem;
      const field = fitText(path.map(String).join('.'), 200) || (telling.whole ?? 'input');
      return {
        path: issue.code === 'unrecognized_keys' ? [...path, issue.keys[0] ?? ''] : path,
        field,
        text: `${field}: ${wordsOf(problem, telling)}`,
      };
    });
}

/** What Zod says when it was given no words. */
const wordless = 'Invalid input';

function wordsOf({ issue, schema, given }: Problem, { isSecret = false }: Telling): string {
  if (issue.code === 'unrecognized_keys') return wordsOfUnknown(issue.keys, schema);
  const shown = isSecret || given === undefined ? '' : ` (given: ${fitText(withoutPassword(JSON.stringify(given) ?? ''), 120)})`;
  if (issue.code === 'custom' && issue.message !== wordless) return `${fitText(issue.message, 400)}${shown}`;
  if (issue.code === 'invalid_key') return `its key must be ${wordsOfKeys(schema)}`;
  const allowed = allowedWords(schema);
  if (allowed === anything) return given === undefined ? 'is missing' : `is not allowed${shown}`;
  const must = `must be ${fitText(allowed, 400)}`;
  return given === undefined ? `is missing; it ${must}` : `${must}${shown}`;
}

function wordsOfUnknown(keys: readonly string[], schema: z.core.$ZodType): string {
  const allowed = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  // Whoever sends a million fields must not get an answer that is too large for Temporal to carry.
  const unknown = keys.slice(0, 5).map((key) => {
    const meant = findNearest(key, allowed);
    return `${JSON.stringify(fitText(key, 40))}${meant === null ? '' : ` (did you mean "${meant}"?)`}`;
  });
  return `unknown ${keys.length === 1 ? 'field' : 'fields'} ${unknown.join(', ')}${keys.length > 5 ? ', …' : ''}; allowed: ${allowed.join(', ')}`;
}

function wordsOfKeys(record: z.core.$ZodType): string {
  const inner = unwrapped(record);
  return allowedWords(inner instanceof z.ZodRecord ? inner.keyType : inner);
}

/** The part of an address that may be a secret is not repeated on screens and in histories. */
function withoutPassword(text: string): string {
  return text.replaceAll(/:\/\/[^/?#"\s]*@/g, '://…@');
}
