/** One file of a profile: YAML, checked against the schema, each problem with its line. */
import { createHash } from 'node:crypto';
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { CauError, type Failure } from '../domain/errors.js';
import { effectiveOptions } from '../domain/options.js';
import { profileSchema, type Profile } from '../domain/profiles.js';
import { describeProblems } from '../domain/parse-input.js';

/**
 * The profile that a text says.
 * @throws CauError `InvalidInput` naming for each problem the file, its line, the field, its value and what is allowed
 */
export function parseProfile(text: string, file: string): Profile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    throw refuse(broken.slice(0, 10).map((error) => `${file}:${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0] ?? ''}`));
  }
  const value = toValue(document, file);
  const parsed = profileSchema.safeParse(value);
  const lineOf = (path: readonly PropertyKey[]) => lines.linePos(offsetOf(document, path)).line;
  if (parsed.success) {
    const contradiction = findContradiction(parsed.data);
    if (contradiction === null) return parsed.data;
    throw refuse([`${file}:${lineOf((contradiction.where ?? '').split('.'))}: ${contradiction.message.replace(/\.$/, '')}`]);
  }
  const problems = describeProblems(profileSchema, value, parsed.error).map(({ path, text }) => ({ line: lineOf(path), text }));
  throw refuse(problems.toSorted((left, right) => left.line - right.line).map(({ line, text }) => `${file}:${line}: ${text}`));
}

/** What two files have in common that mean the same: SHA-256 over the options, whatever their order and layout. */
export function digestOf({ options }: Profile): string {
  return createHash('sha256').update(canonical(options)).digest('hex');
}

/** What its options contradict each other in, with the defaults for those that it does not give. */
function findContradiction({ options }: Profile): Failure | null {
  try {
    effectiveOptions(options, {});
    return null;
  } catch (error) {
    if (error instanceof CauError) return error.failure;
    throw error;
  }
}

/** An empty file is an empty profile. Aliases are followed only so far, or a small file could fill the memory. */
function toValue(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    throw refuse([`${file}: ${cause instanceof Error ? cause.message : String(cause)}`]);
  }
}

function refuse(problems: readonly string[]): CauError {
  return new CauError('InvalidInput', `profile: ${problems.join('; ')}.`, {
    where: 'profile',
    remedy: 'Correct the file; "cau profile validate" checks it. docs/profiles.md has an example.',
  });
}

/** Where a field stands; of one that is missing, where its owner does. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const owner: unknown = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(owner) ? owner.items.find((item) => (isScalar(item.key) ? String(item.key.value) : '') === String(key)) : undefined;
    const found: unknown = pair?.key ?? document.getIn(path.slice(0, length), true);
    if (isNode(found) && found.range) return found.range[0];
  }
  return 0;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
