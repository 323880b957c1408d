import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CauError } from '../../domain/errors.js';
import { defaultOptions, effectiveOptions, runOptionsSchema } from '../../domain/options.js';
import { runRequestSchema } from '../../domain/requests.js';
import { parseInput } from '../../domain/parse-input.js';

const refuse = (value: unknown): CauError => {
  try {
    parseInput(runRequestSchema, value, 'updatingRun');
  } catch (error) {
    if (error instanceof CauError) return error;
    throw error;
  }
  throw new Error(`not refused: ${JSON.stringify(value)}`);
};

describe('the input of a run is refused', () => {
  it.each([
    ['when there is none', undefined, 'input'],
    ['when it is not an object', 'c1', 'input'],
    ['without a cluster', {}, 'cluster'],
    ['with a cluster of another type', { cluster: 7 }, 'cluster'],
    ['with a name that could break a path or an XPath', { cluster: "c'1/.." }, 'cluster'],
    ['with an unknown option', { cluster: 'c1', options: { maxParalelNodes: 1 } }, 'options'],
    ['with a duration without a unit', { cluster: 'c1', options: { drainTimeout: '10' } }, 'options.drainTimeout'],
    ['with an option out of range', { cluster: 'c1', options: { maxScanPasses: 0 } }, 'options.maxScanPasses'],
    ['with no node in the list of nodes', { cluster: 'c1', nodes: [] }, 'nodes'],
  ])('%s, naming the field', (_title, value, field) => {
    const error = refuse(value);
    expect(error.failure).toMatchObject({ code: 'InvalidInput', where: field });
    expect(error.message).toContain(field);
  });

  it('naming the value that was given', () => {
    expect(refuse({ cluster: 'c1', options: { drainTimeout: '10' } }).message).toContain('"10"');
  });

  it('naming what is allowed instead', () => {
    expect(refuse({ cluster: 'c1', nods: ['node1'] }).message).toContain(
      'unknown field "nods" (did you mean "nodes"?); allowed: cluster, profile, options, nodes, reason, requestedBy, profileDigest',
    );
    expect(refuse({ cluster: 'c1', options: { maxParalelNodes: 1 } }).message).toMatch(
      /options: unknown field "maxParalelNodes" \(did you mean "maxParallelNodes"\?\); allowed: plugins, .*, skipChecks/,
    );
    expect(refuse({ cluster: 'c1', options: { restartWhen: 'often' } }).message).toContain('must be "needed", "always" or "never" (given: "often")');
  });

  it('for the kind of thing that was given, where there are several', () => {
    const gate = (more: object) => refuse({ cluster: 'c1', options: { gates: [{ name: 'a', kind: 'cluster', ...more }] } }).message;
    expect(gate({ holdfor: '3s' })).toContain(
      'options.gates.0: unknown field "holdfor" (did you mean "holdFor"?); allowed: kind, name, when, timeout, holdFor, every.',
    );
    expect(gate({ kind: 'http', url: 'http://a/', holdfor: '3s' })).toContain('every, url, status, contains.');
    expect(gate({ kind: 'moon' })).toContain('options.gates.0.kind: must be "cluster", "http", "command" or "prometheus" (given: "moon").');
  });

  it('without repeating a password that was given in an address', () => {
    const gate = { name: 'a', kind: 'http', url: 'http://ops:secret@shop.example/' };
    const { message } = refuse({ cluster: 'c1', options: { gates: [gate] } });
    expect(message).toContain('(given: "http://…@shop.example/")');
    expect(message).not.toContain('secret');
  });

  it('in few words, however much was sent: an answer that is too large would hang the run', () => {
    const fields = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`field${index}`.repeat(20), index]));
    expect(refuse({ cluster: 'x'.repeat(1_000_000), reason: 'y'.repeat(500_000), ...fields }).message.length).toBeLessThan(2000);
  });

  it('always with InvalidInput, whatever JSON is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          parseInput(runRequestSchema, value, 'updatingRun');
        } catch (error) {
          expect(error).toBeInstanceOf(CauError);
          expect((error as CauError).code).toBe('InvalidInput');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the options of a run', () => {
  it('come from the request before the profile before the defaults, each with its origin', () => {
    const options = effectiveOptions({ drainTimeout: '5m', maxScanPasses: 3 }, { maxScanPasses: 2 });
    expect(options.values).toEqual({ ...defaultOptions, drainTimeout: '5m', maxScanPasses: 2 });
    expect(options.origins).toMatchObject({ drainTimeout: 'profile', maxScanPasses: 'request', restartTimeout: 'default' });
  });

  it('all have a default within their own range and a meaning in words', () => {
    expect(runOptionsSchema.parse(defaultOptions)).toEqual(defaultOptions);
    for (const [name, schema] of Object.entries(runOptionsSchema.shape)) expect(schema.description, name).toMatch(/\.$/);
  });
});
