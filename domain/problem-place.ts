/** Where in a refused value a problem is, and what its schema allows there. */
import { z } from 'zod';
import { kindsOf, unwrapped } from './allowed-words.js';

/** A problem that Zod found, with the part of the schema and the part of the value that it is about. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly issue: z.core.$ZodIssue;
  readonly schema: z.core.$ZodType;
  readonly given: unknown;
}

/** The problems of a refused value. Of what may be one thing or another, those inside the one that the value is most like. */
export function closestProblems(schema: z.core.$ZodType, value: unknown, error: z.core.$ZodError): Problem[] {
  return error.issues.flatMap((issue) => problemsOf(issue, schema, value, []));
}

function problemsOf(issue: z.core.$ZodIssue, whole: z.core.$ZodType, value: unknown, above: readonly PropertyKey[]): Problem[] {
  const isOfKey = issue.code === 'invalid_key';
  const { schema, given } = follow(whole, value, isOfKey ? issue.path.slice(0, -1) : issue.path);
  const path = [...above, ...issue.path];
  const inside = issue.code === 'invalid_union' && schema instanceof z.ZodUnion ? closestOption(schema, issue.errors, given) : null;
  if (inside !== null) return inside.issues.flatMap((inner) => problemsOf(inner, inside.option, given, path));
  return [{ path, issue, schema: optionFor(schema, given), given: isOfKey ? issue.path.at(-1) : given }];
}

/** Of the objects or lists that the value could be, the one with the fewest problems; null when it can be none of them, whatever is in it. */
function closestOption(union: z.ZodUnion, errors: readonly (readonly z.core.$ZodIssue[])[], given: unknown) {
  const [closest] = union.options
    .map((option, index) => ({ option, issues: errors[index] ?? [] }))
    .filter(({ option, issues }) => issues.length > 0 && isLike(option, given))
    .toSorted((left, right) => left.issues.length - right.issues.length);
  return closest ?? null;
}

/** What the schema allows at that place of the value. */
function follow(whole: z.core.$ZodType, value: unknown, path: readonly PropertyKey[]): { readonly schema: z.core.$ZodType; readonly given: unknown } {
  let schema = unwrapped(whole);
  let given = value;
  for (const key of path) {
    const part = partOf(optionFor(schema, given, key), key);
    given = typeof given === 'object' && given !== null && Object.hasOwn(given, key) ? (given as Record<PropertyKey, unknown>)[key] : undefined;
    schema = unwrapped(part);
  }
  return { schema, given };
}

function partOf(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodDiscriminatedUnion && key === schema.def.discriminator) return z.literal(kindsOf(schema));
  return (schema instanceof z.ZodObject ? (schema.shape[String(key)] as z.core.$ZodType | undefined) : undefined) ?? z.unknown();
}

/** Of several kinds of objects the one that was given, which has that key; of a list or something else, the list for a list. */
function optionFor(schema: z.core.$ZodType, given: unknown, key?: PropertyKey): z.core.$ZodType {
  const inner = unwrapped(schema);
  if (!(inner instanceof z.ZodUnion)) return inner;
  const likes = inner.options.filter((option) => isLike(option, given));
  const withKey = likes.filter((option) => key !== undefined && option instanceof z.ZodObject && Object.hasOwn(option.shape, key));
  const like = withKey.length > 0 ? withKey : likes;
  const closest = like.length < 2 ? like[0] : like.toSorted((left, right) => countProblems(left, given) - countProblems(right, given))[0];
  return closest === undefined ? inner : unwrapped(closest);
}

function countProblems(schema: z.core.$ZodType, given: unknown): number {
  return z.safeParse(schema, given).error?.issues.length ?? 0;
}

/** Whether the value is a list or an object as the schema wants one; of a kind that is named by fields, of that kind. */
function isLike(schema: z.core.$ZodType, given: unknown): boolean {
  const inner = unwrapped(schema);
  if (typeof given !== 'object' || given === null) return false;
  if (inner instanceof z.ZodArray) return Array.isArray(given);
  if (inner instanceof z.ZodUnion) return inner.options.some((option) => isLike(option, given));
  if (Array.isArray(given)) return false;
  if (inner instanceof z.ZodRecord) return true;
  if (!(inner instanceof z.ZodObject)) return false;
  return Object.entries(inner.shape).every(
    ([key, field]) => !(field instanceof z.ZodLiteral) || field.values.has((given as Record<string, never>)[key] as never),
  );
}
