/** The flags for the options of a run, made from their one definition. */
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { CauError } from '../domain/errors.js';
import { defaultOptions, partialOptionsSchema, runOptionsSchema, type PartialOptions } from '../domain/options.js';
import { fitText } from '../domain/payload-size.js';
import { parseInput } from '../domain/parse-input.js';

type OptionName = keyof typeof runOptionsSchema.shape;
const names = Object.keys(runOptionsSchema.shape) as OptionName[];

/** Adds a flag for each option, with its meaning and default. */
export function addOptionFlags(command: Command): Command {
  for (const name of names) {
    const shown = JSON.stringify(defaultOptions[name]);
    command.addOption(
      new Option(`${flagOf(name)} <value>`, `${runOptionsSchema.shape[name].description ?? ''} Default: ${shown}`).helpGroup('Options of the run:'),
    );
  }
  return command;
}

/** The flag of an option: `drainTimeout` is `--drain-timeout`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The options that were given as flags. @throws CauError `InvalidInput` */
export function readOptionFlags(flags: Readonly<Record<string, string | undefined>>): PartialOptions {
  const given = names.flatMap((name) => (flags[name] === undefined ? [] : [[name, parseFlag(name, flags[name])] as const]));
  return parseInput(partialOptionsSchema, Object.fromEntries(given), 'options');
}

/** Lists may be given with commas, or as JSON; everything else as it is written. What fits nowhere is left to the schema to refuse. */
function parseFlag(name: OptionName, text: string): unknown {
  const schema = runOptionsSchema.shape[name];
  const json = readJson(text);
  const candidates = [text, text.split(','), ...(json === undefined ? [] : [json])];
  const fitting = candidates.find((value) => schema.safeParse(value).success);
  if (fitting !== undefined) return fitting;
  const isOfType = (value: unknown) => schema.safeParse(value).error?.issues.every((issue) => issue.code !== 'invalid_type' || issue.path.length > 0) === true;
  if (json !== undefined && isOfType(json)) return json;
  if (isOfType(text)) return text;
  const expected = z.toJSONSchema(schema, { unrepresentable: 'any' });
  throw new CauError('InvalidInput', `${flagOf(name)}: "${text}" is not allowed; allowed is ${fitText(JSON.stringify(withoutMeta(expected)), 400)}.`, {
    where: name,
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function withoutMeta({ $schema: _schema, description: _description, ...rest }: Record<string, unknown>): unknown {
  return rest;
}
