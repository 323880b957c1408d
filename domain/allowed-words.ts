/** What a schema allows, in words that follow "must be": for refusals and for the catalogue of options. */
import { z } from 'zod';

/** How a value that is to be written as it stands is marked. */
export type Quote = (literal: string) => string;

/** The words for what may be whatever it is. */
export const anything = 'a value';

const inQuotes: Quote = (literal) => JSON.stringify(literal);

/** The words for a schema, such as `"auto", or a whole number from 0 to 100`. Never a pattern, never JSON Schema. */
export function allowedWords(schema: z.core.$ZodType, quote: Quote = inQuotes): string {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodString || inner instanceof z.ZodStringFormat) return wordsOfText(inner, quote);
  if (inner instanceof z.ZodNumber) return wordsOfNumber(inner);
  if (inner instanceof z.ZodBoolean) return `${literalOf(true, quote)} or ${literalOf(false, quote)}`;
  if (inner instanceof z.ZodNull) return 'null';
  if (inner instanceof z.ZodEnum) return joinOr(inner.options.map((value) => literalOf(value, quote)));
  if (inner instanceof z.ZodLiteral) return joinOr([...inner.values].map((value) => literalOf(value, quote)));
  if (inner instanceof z.ZodArray) return `a list${boundsOf(inner)}, each ${allowedWords(inner.element, quote)}`;
  if (inner instanceof z.ZodRecord) return `an object, each value ${allowedWords(inner.valueType, quote)}`;
  if (inner instanceof z.ZodObject) return `an object with ${Object.keys(inner.shape).map(quote).join(', ')}`;
  if (inner instanceof z.ZodDiscriminatedUnion)
    return `an object with ${quote(inner.def.discriminator)} ${joinOr(kindsOf(inner).map((kind) => literalOf(kind, quote)))}`;
  if (inner instanceof z.ZodUnion) return wordsOfUnion(inner, quote);
  return anything;
}

/** The kinds of things that a discriminated union tells apart by one field. */
export function kindsOf(union: z.ZodDiscriminatedUnion): (string | number | boolean)[] {
  return union.options.flatMap((option) => {
    const kind = option instanceof z.ZodObject ? unwrapped(option.shape[union.def.discriminator] as z.core.$ZodType) : null;
    return kind instanceof z.ZodLiteral ? [...kind.values].filter((value) => isScalar(value)) : [];
  });
}

/** The schema below what only says that a value may be left out, is read-only or is prepared. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodReadonly) return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrapped(schema.def.in instanceof z.ZodTransform ? schema.def.out : schema.def.in);
  if (schema instanceof z.ZodNullable) return z.union([schema.unwrap() as z.ZodType, z.null()]);
  return schema;
}

/** What Zod keeps of a check of a text. */
interface TextCheck {
  readonly format?: string;
  readonly prefix?: string;
  readonly error?: (issue: object) => unknown;
}

/** In its own words, which stand beside its pattern, where it has one. */
function wordsOfText(schema: z.ZodString | z.ZodStringFormat, quote: Quote): string {
  const { 'x-least': least, 'x-most': most } = (z.globalRegistry.get(schema) ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof least === 'string' && typeof most === 'string')
    return `a duration (a number with a unit) from ${quote(least)} to ${quote(most)}, such as ${['90s', '15m', '2h'].map(quote).join(', ')}`;
  const checks = [schema, ...(schema.def.checks ?? [])].map(({ _zod }) => _zod.def as unknown as TextCheck);
  for (const { format, error, prefix } of checks) {
    const own = format === undefined ? undefined : error?.({});
    if (typeof own === 'string') return own;
    if (format === 'url') return `an address that begins with http:// or https://${boundsOf(schema, ' characters').replace(/^ of/, ',')}`;
    if (format === 'uuid') return 'a UUID';
    if (format === 'datetime') return 'a moment such as "2027-03-28T06:00:00Z"';
    if (format === 'starts_with') return `a text that begins with ${JSON.stringify(prefix)}`;
  }
  return `a text${boundsOf(schema, ' characters')}`;
}

function wordsOfNumber(schema: z.ZodNumber): string {
  const { minValue, maxValue } = { minValue: schema.minValue ?? -Infinity, maxValue: schema.maxValue ?? Infinity };
  const kind = schema.format === 'safeint' ? 'a whole number' : 'a number';
  const hasLeast = minValue > Number.MIN_SAFE_INTEGER;
  const hasMost = maxValue < Number.MAX_SAFE_INTEGER;
  if (hasLeast && hasMost) return `${kind} from ${minValue} to ${maxValue}`;
  if (hasLeast) return `${kind} of at least ${minValue}`;
  return hasMost ? `${kind} of at most ${maxValue}` : kind;
}

/** Plain values first, since the words for anything else are longer. */
function wordsOfUnion(union: z.ZodUnion, quote: Quote): string {
  const parts = [...new Set(union.options.map((option) => allowedWords(option, quote)))];
  const isPlain = union.options.every((option) => option instanceof z.ZodLiteral || option instanceof z.ZodNull);
  return isPlain ? joinOr(parts) : parts.join(', or ');
}

function boundsOf({ _zod }: z.core.$ZodType, unit = ''): string {
  const checks = (_zod.def.checks ?? []).map(({ _zod: { def } }) => def as { readonly check: string; readonly minimum?: number; readonly maximum?: number });
  const least = checks.find(({ check }) => check === 'min_length')?.minimum ?? 0;
  const most = checks.find(({ check }) => check === 'max_length')?.maximum ?? Infinity;
  if (least > 0 && most < Infinity) return ` of ${least} to ${most}${unit}`;
  if (least > 0) return ` of at least ${least}${unit}`;
  return most < Infinity ? ` of at most ${most}${unit}` : '';
}

function joinOr(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1) ?? ''}`;
}

/** Names are marked; numbers and truth values stand for themselves, but in a catalogue everything is marked. */
function literalOf(value: unknown, quote: Quote): string {
  return typeof value === 'string' || quote !== inQuotes ? quote(String(value)) : String(value);
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
