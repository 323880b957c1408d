/** The pages of the documentation that are made from the code, so that they cannot say anything else. */
import { z } from 'zod';
import { flagOf } from '../cli/option-flags.js';
import { errorCatalogue } from '../domain/errors.js';
import { eventCatalogue } from '../domain/events.js';
import { defaultOptions, runOptionsSchema } from '../domain/options.js';

/** Every generated page, by its file name. */
export function renderPages(): Readonly<Record<string, string>> {
  return { 'errors.md': errorsPage(), 'options.md': optionsPage(), 'events.md': eventsPage() };
}

function errorsPage(): string {
  const entries = Object.entries(errorCatalogue).map(([code, { cause, remedy, retryable }]) =>
    [
      `## ${code}`,
      '',
      cause,
      '',
      `**What to do:** ${remedy}`,
      ...(retryable ? ['', 'It may pass by itself: the step is tried again, or another node is asked.'] : []),
      '',
    ].join('\n'),
  );
  return [
    '# Errors',
    '',
    'A failure names what failed, where, why and what to do next, in the same words in the command line, the report and the Temporal Web UI. These are all there are. A message of',
    'its own comes before the general sentence here; where it knows a better remedy, it says that instead.',
    '',
    ...entries,
  ].join('\n');
}

function optionsPage(): string {
  const { properties = {} } = z.toJSONSchema(runOptionsSchema, { io: 'input' });
  const rows = Object.entries(properties).map(([name, schema]) => {
    const value = JSON.stringify(defaultOptions[name as keyof typeof defaultOptions]).replaceAll('"', '');
    return `| \`${name}\` | \`${flagOf(name)}\` | \`${value}\` | ${allowed(schema as Schema)} | ${(schema as Schema).description ?? ''} |`;
  });
  return [
    '# Options of an Updating Run',
    '',
    'Given as `options` in the input of the workflow, or as flags of `cau run` and `cau preview`. What is not given is taken from the profile, else from the defaults; each effective value and its origin is in the report.',
    '',
    '| option | flag | default | allowed | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function eventsPage(): string {
  const rows = Object.entries(eventCatalogue).map(([name, { number, level, meaning }]) => `| ${number} | \`${name}\` | ${level} | ${meaning} |`);
  return [
    '# Events of a run',
    '',
    '```',
    'cau events                       the latest run; or CLUSTER, or the id of a run',
    'cau events --follow              stay until the run ends',
    'cau events --follow --json       one JSON document a line',
    '```',
    '',
    'The events are read from the histories that Temporal keeps of the run and of its nodes. So they are complete, need no Update Coordinator, are there as long as Temporal keeps the run, and',
    'each has an `id` that is the same whenever it is told again. Fields: `id`, `number`, `name`, `level`, `at`, `cluster`, `run`, `node` (null for the run itself), `message`.',
    '',
    "Numbers from 1003 to 1022 are those of Windows' Cluster-Aware Updating for the same case; those from 2001 are ours. A number never changes its meaning.",
    '',
    '| number | name | level | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What a value may be, in words. */
function allowed(schema: Schema): string {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(allowed).join(', or ');
  switch (schema.type) {
    case 'boolean':
      return '`true`, `false`';
    case 'integer':
      return `${schema.minimum ?? ''} to ${schema.maximum ?? ''}`;
    case 'object':
      return `an object with ${Object.keys(schema.properties ?? {})
        .map((name) => `\`${name}\``)
        .join(', ')}`;
    case 'array':
      return schema.items?.type === 'object' ? 'a list of objects' : 'a list';
    default:
      return 'a duration with its unit, such as `90s`, `15m`, `2h`';
  }
}
