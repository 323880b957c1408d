/** Values that nobody should send, made from a good one: its parts replaced, left out, doubled, or of absurd size. */
import fc from 'fast-check';

/** A value as it comes over the wire. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Things that programs have stumbled over. */
const awkward: readonly Json[] = [
  null,
  true,
  '',
  ' ',
  '\0',
  '\u202e',
  '🧨'.repeat(50),
  '../../etc/passwd',
  '$(reboot)',
  '{{7*7}}',
  '0s',
  '100000000d',
  -1,
  0,
  1e308,
  -0.5,
  2 ** 53,
  [],
  {},
  [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]],
  { constructor: 1, toString: 2, hasOwnProperty: null },
  JSON.parse('{"__proto__":{"polluted":true}}') as Json,
];

/** Of absurd size. A few in a hundred are many in thousands, and the others are tried in a tenth of the time. */
const absurd: readonly Json[] = [
  'x'.repeat(20_000),
  Array.from({ length: 500 }, () => 'node1'),
  Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, index])),
];

const names = ['__proto__', 'constructor', 'toString', 'cluster', 'options', 'nodes', '', '0', 'a b', 'x'.repeat(5000)];

/** A good value with one to three changes, or any value at all. */
export function badValues(good: Json): fc.Arbitrary<unknown> {
  const junk: fc.Arbitrary<Json> = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...awkward) },
    { weight: 12, arbitrary: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json> },
    { weight: 1, arbitrary: fc.constantFrom(...absurd) },
  );
  const change = fc.record({
    at: fc.array(fc.nat({ max: 50 }), { maxLength: 5 }),
    how: fc.constantFrom('replace', 'remove', 'add'),
    name: fc.constantFrom(...names),
    junk,
  });
  const changed = fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => changes.reduce((value, one) => mutate(value, one.at, one), good));
  return fc.oneof({ weight: 4, arbitrary: changed }, { weight: 1, arbitrary: junk }, { weight: 1, arbitrary: fc.constant(undefined) });
}

interface Change {
  readonly how: string;
  readonly name: string;
  readonly junk: Json;
}

/** Goes down as far as the way leads, and changes what is there. */
function mutate(value: Json, at: readonly number[], change: Change): Json {
  const [step, ...rest] = at;
  if (typeof value !== 'object' || value === null) return change.junk;
  const keys = Object.keys(value);
  const key = keys[(step ?? 0) % Math.max(1, keys.length)];
  if (change.how === 'add' && (rest.length === 0 || key === undefined)) return add(value, change);
  if (key === undefined) return change.junk;
  const entries = Object.entries(value as Readonly<Record<string, Json>>);
  const next = entries.flatMap(([name, part]): [string, Json][] => {
    if (name !== key) return [[name, part]];
    if (rest.length > 0) return [[name, mutate(part, rest, change)]];
    return change.how === 'remove' ? [] : [[name, change.junk]];
  });
  return Array.isArray(value) ? next.map(([, part]) => part) : ownFields(next);
}

function add(value: Exclude<Json, null | boolean | number | string>, { name, junk }: Change): Json {
  return Array.isArray(value) ? [...(value as readonly Json[]), junk] : ownFields([...Object.entries(value as Readonly<Record<string, Json>>), [name, junk]]);
}

/** Also `__proto__` as a field of its own, as JSON has it. */
function ownFields(entries: readonly (readonly [string, Json])[]): Json {
  const fields: Record<string, Json> = {};
  for (const [name, part] of entries) Object.defineProperty(fields, name, { value: part, enumerable: true, configurable: true, writable: true });
  return fields;
}
