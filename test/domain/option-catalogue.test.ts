import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { describeOptions } from '../../domain/option-catalogue.js';
import { defaultOptions, runOptionsSchema } from '../../domain/options.js';
import { requestJsonSchema } from '../../domain/request-schema.js';
import { runRequestSchema } from '../../domain/requests.js';

describe('the catalogue of options', () => {
  it('has every option once, with its default, what is allowed and a meaning of its own', () => {
    const options = describeOptions();
    expect(options.map(({ name }) => name)).toEqual(Object.keys(runOptionsSchema.shape));
    for (const { name, default: value, allowed, meaning } of options) {
      expect(value, name).toEqual(defaultOptions[name]);
      expect(allowed, name).toMatch(/\S/);
      expect(meaning, name).toMatch(/\.$/);
    }
    expect(new Set(options.map(({ meaning }) => meaning)).size).toBe(options.length);
  });
});

describe('the JSON Schema of the input of a run', () => {
  const schema = requestJsonSchema() as { properties: { options: { properties: Record<string, { default: unknown }> } }; required: string[] };

  it('has the fields of the input, and refuses others as the run does', () => {
    expect(Object.keys(schema.properties)).toEqual(Object.keys(runRequestSchema.shape));
    expect(schema).toMatchObject({ required: ['cluster'], additionalProperties: false, properties: { options: { additionalProperties: false } } });
  });

  it('has the default of each option, and requires none', () => {
    const { options } = schema.properties;
    expect(Object.fromEntries(Object.entries(options.properties).map(([name, { default: value }]) => [name, value]))).toEqual(defaultOptions);
    expect(options).not.toHaveProperty('required');
  });

  it('describes what the example of an input is', async () => {
    const example: unknown = JSON.parse(await readFile(new URL('../../docs/examples/run.json', import.meta.url), 'utf8'));
    expect(runRequestSchema.safeParse(example).success).toBe(true);
  });
});
