import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../configuration/configuration.js';
import { parseProfile } from '../../configuration/profile-document.js';
import { CauError } from '../../domain/errors.js';
import { parseInput } from '../../domain/parse-input.js';
import { stringify } from 'yaml';
import { badValues } from './bad-values.js';
import { checked, configuration } from './good-values.js';
import { printSeed, seed } from './seed.js';

/** How many values each schema is tried with. */
const numRuns = 10_000;
/** What a failure may say at most: Temporal carries it, and people read it. */
const mostLetters = 8000;

/** The failure of a refusal, or null when the value was taken. @throws whatever is no refusal */
function refusalOf(act: () => unknown): CauError['failure'] | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof CauError) return error.failure;
    throw error;
  }
}

const directory = mkdtempSync(join(tmpdir(), 'cau-bad-'));
beforeAll(printSeed);
afterAll(() => rmSync(directory, { recursive: true }));

describe('whatever is sent, it is taken or refused in words that name a field', { timeout: 240_000 }, () => {
  it.each(checked)('to %s', (name, schema, good) => {
    expect(refusalOf(() => parseInput(schema, good, name))).toBeNull();
    let refused = 0;
    fc.assert(
      fc.property(badValues(good), (value) => {
        const failure = refusalOf(() => parseInput(schema, value, name));
        if (failure === null) return;
        refused += 1;
        expect(failure.code).toBe('InvalidInput');
        expect(failure.message.startsWith(`${name}: `)).toBe(true);
        expect(failure.message.length).toBeLessThan(mostLetters);
        expect(failure.message).not.toMatch(/\n\s+at |\[object Object\]/);
        expect(failure.message, 'in words of our own').not.toMatch(/must be a value\b|expected \w+, received|must match pattern|Too (small|big)|"anyOf"/);
        expect(failure.where).not.toBe('');
      }),
      { numRuns, seed },
    );
    expect(refused).toBeGreaterThan(numRuns / 4);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('in the file of a profile, be it YAML or not', () => {
    const texts = fc.oneof(
      badValues(checked.find(([name]) => name === 'a profile')?.[2] ?? null).map((value) => stringify(value) ?? ''),
      fc.string({ maxLength: 400 }),
      fc.constantFrom(
        'a: &a [*a]',
        '- - - -',
        '!!js/function x',
        'options: {plugins: !!set {apt}}',
        '\t',
        '%YAML 9.9\n---\nx',
        'a: *nobody',
        '? [a]\n: b',
        '{'.repeat(300),
      ),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const failure = refusalOf(() => parseProfile(text, 'p.yaml'));
        if (failure === null) return;
        expect(failure).toMatchObject({ code: 'InvalidInput', where: 'profile' });
        expect(failure.message).toContain('p.yaml');
        expect(failure.message).not.toMatch(/\n\s+at /);
      }),
      { numRuns, seed },
    );
  });

  it('in the configuration of a node or a coordinator', () => {
    const file = join(directory, 'config.yaml');
    const load = (text: string) => {
      writeFileSync(file, text);
      return refusalOf(() => loadConfiguration({ config: file }));
    };
    expect(load(stringify(configuration))).toBeNull();
    const texts = fc.oneof(
      badValues(configuration).map((value) => stringify(value) ?? ''),
      fc.string({ maxLength: 200 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const failure = load(text);
        if (failure === null) return;
        expect(failure.code).toBe('ConfigurationInvalid');
        expect(failure.message).toContain(file);
        expect(failure.message.length).toBeLessThan(mostLetters);
        expect(failure.message).not.toMatch(/\n\s+at |\[object Object\]/);
      }),
      { numRuns, seed },
    );
  });
});
