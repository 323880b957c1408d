import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readOptionFlags } from '../../cli/option-flags.js';
import { parseProfile } from '../../configuration/profile-document.js';
import { runOptionsSchema } from '../../domain/options.js';
import { parseInput } from '../../domain/parse-input.js';
import { runRequestSchema } from '../../domain/requests.js';

const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('not refused');
};

const ofInput = (options: unknown) => refusal(() => parseInput(runRequestSchema, { cluster: 'c1', options }, 'run')).replace(/^run: /, '');
const ofProfile = (options: unknown) => refusal(() => parseProfile(stringify({ options }), 'x')).replaceAll(/(profile: )?x:\d+: /g, '');
const ofFlag = (name: string, text: string) => refusal(() => readOptionFlags({ [name]: text }));

const name = 'a name of at most 64 letters, digits, ".", "_" and "-", a letter or digit first and last';
const duration = (least: string) => `a duration (a number with a unit) from "${least}" to "365d", such as "90s", "15m", "2h"`;
const kinds = 'an object with "kind" "cluster", "http", "command" or "prometheus"';
const time = 'a time of day such as "22:00", or a date with a time such as "2027-03-28T06:00"';

describe('an option that is refused is named, with what is allowed and what was given, in the same words wherever it is given:', () => {
  it.each<[option: string, flag: string, value: unknown, words: string]>([
    ['maxFailedNodes', 'abc', 'abc', 'options.maxFailedNodes: must be "auto", or a whole number from 0 to 100 (given: "abc").'],
    ['maxFailedNodes', '101', 101, 'options.maxFailedNodes: must be "auto", or a whole number from 0 to 100 (given: 101).'],
    ['maxScanPasses', '1.5', 1.5, 'options.maxScanPasses: must be a whole number from 1 to 20 (given: 1.5).'],
    ['maxParallelNodes', '0', 0, 'options.maxParallelNodes: must be a whole number from 1 to 32 (given: 0).'],
    ['updates', 'critical', 'critical', 'options.updates: must be "all" or "security" (given: "critical").'],
    ['approval', 'maybe', 'maybe', 'options.approval: must be "none", "plan", "firstNode" or "everyNode" (given: "maybe").'],
    [
      'requireAllNodesOnline',
      '--max-offline-nodes',
      '--max-offline-nodes',
      'options.requireAllNodesOnline: must be true or false (given: "--max-offline-nodes").',
    ],
    ['settleTimeout', '45', 45, `options.settleTimeout: must be ${duration('1ms')} (given: 45).`],
    ['settleTimeout', '45 min', '45 min', `options.settleTimeout: must be ${duration('1ms')} (given: "45 min").`],
    ['stopAfter', '400d', '400d', `options.stopAfter: must be "never", or ${duration('0s')} (given: "400d").`],
    ['preUpdateScript', '/bin/sh', '/bin/sh', `options.preUpdateScript: must be ${name} (given: "/bin/sh").`],
    ['skipChecks', 'foo', ['foo'], 'options.skipChecks.0: must be the id of a readiness rule, such as "cluster.quorum" (given: "foo").'],
    ['gates', 'foo', 'foo', `options.gates: must be a list of at most 10, each ${kinds} (given: "foo").`],
    ['gates', '[7]', [7], `options.gates.0: must be ${kinds} (given: 7).`],
    [
      'gates',
      '[{"name":"a","kind":"nope"}]',
      [{ name: 'a', kind: 'nope' }],
      'options.gates.0.kind: must be "cluster", "http", "command" or "prometheus" (given: "nope").',
    ],
    [
      'gates',
      '[{"name":"a","kind":"http"}]',
      [{ name: 'a', kind: 'http' }],
      'options.gates.0.url: is missing; it must be an address that begins with http:// or https://, at most 500 characters.',
    ],
    ['window', '22:00-06:00', '22:00-06:00', 'options.window: must be "always", or an object with "start", "end", "timeZone" (given: "22:00-06:00").'],
    [
      'window',
      '{"start":"22:00","end":"06:00"}',
      { start: '22:00', end: '06:00' },
      'options.window.timeZone: is missing; it must be the name of a time zone such as "Europe/Zurich".',
    ],
    [
      'window',
      '{"start":"25:00","end":"06:00","timeZone":"UTC"}',
      { start: '25:00', end: '06:00', timeZone: 'UTC' },
      `options.window.start: must be ${time} (given: "25:00").`,
    ],
    [
      'window',
      '{"begin":"22:00","end":"06:00","timezone":"UTC"}',
      { begin: '22:00', end: '06:00', timezone: 'UTC' },
      'options.window.timeZone: is missing; it must be the name of a time zone such as "Europe/Zurich"; options.window: unknown fields "begin", "timezone" (did you mean "timeZone"?); allowed: start, end, timeZone.',
    ],
    ['order', 'node1,-', ['node1', '-'], `options.order.1: must be ${name} (given: "-").`],
    ['order', '{"sites":[]}', { sites: [] }, 'options.order.sites: must be a list of 1 to 32, each a text of 1 to 64 characters (given: []).'],
    [
      'blackouts',
      '[{"from":"24.12."}]',
      [{ from: '24.12.', until: '2027-01-03', timeZone: 'UTC' }],
      'options.blackouts.0.from: must be a date such as "2026-12-24" (given: "24.12.")',
    ],
    ['plugins', '[]', [], `options.plugins: must be a list of 1 to 8, each ${name} (given: []).`],
  ])('%s %s', (option, flag, value, words) => {
    expect(ofFlag(option, flag)).toContain(words);
    expect(ofInput({ [option]: value })).toContain(words);
    expect(ofProfile({ [option]: value })).toContain(words);
  });

  it('and one of a name that is none, with the one that was meant', () => {
    const allowed = Object.keys(runOptionsSchema.shape).join(', ');
    for (const refused of [ofInput, ofProfile])
      expect(refused({ maxFailedNode: 1 })).toBe(`options: unknown field "maxFailedNode" (did you mean "maxFailedNodes"?); allowed: ${allowed}.`);
    expect(ofInput({ x: 1 })).toBe(`options: unknown field "x"; allowed: ${allowed}.`);
  });

  it('and that there is no input at all', () => {
    expect(refusal(() => parseInput(runRequestSchema, undefined, 'run'))).toMatch(/^run: input: is missing; it must be an object with "cluster", "profile", /);
    expect(refusal(() => parseInput(runRequestSchema, {}, 'run'))).toBe(`run: cluster: is missing; it must be ${name}.`);
  });
});

it('No option is refused with a pattern, JSON Schema or the words of Zod, whatever of another type is given', () => {
  const others = [null, 7.5, -1, true, '', '?', [], [null], {}, [{}], { sites: 1 }, [{ kind: 'http' }], [{ kind: 'prometheus', condition: 1 }]];
  const refused = Object.entries(runOptionsSchema.shape).flatMap(([option, schema]) =>
    others.filter((value) => !schema.safeParse(value).success).map((value) => ofInput({ [option]: value })),
  );
  expect(refused.length).toBeGreaterThan(Object.keys(runOptionsSchema.shape).length * 5);
  for (const words of refused) expect(words).not.toMatch(/Invalid|expected|Too (small|big)|anyOf|pattern|"type"|x-least|\^|\\d|a value/);
});
