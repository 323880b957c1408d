/** The flags for the options of a run, made from their one definition. */
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { defaultOptions, partialOptionsSchema, runOptionsSchema, type PartialOptions } from '../domain/options.js';
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

/** The options that were given as flags. @throws CauError `InvalidInput` with the same words as for the input of a run */
export function readOptionFlags(flags: Readonly<Record<string, string | undefined>>): PartialOptions {
  const given = names.flatMap((name) => (flags[name] === undefined ? [] : [[name, parseFlag(name, flags[name])] as const]));
  return parseInput(flagsSchema, { options: Object.fromEntries(given) }, null).options;
}

const flagsSchema = z.strictObject({ options: partialOptionsSchema });

/** Lists may be given with commas, or as JSON; everything else as it is written. What fits nowhere is refused as what it was most likely meant. */
function parseFlag(name: OptionName, text: string): unknown {
  const schema = runOptionsSchema.shape[name];
  const json = readJson(text);
  const list = text.split(',');
  const candidates = [text, list, ...(json === undefined ? [] : [json])];
  const fitting = candidates.find((value) => schema.safeParse(value).success);
  if (fitting !== undefined) return fitting;
  if (json !== undefined) return json;
  const isList = schema instanceof z.ZodArray ? schema.element instanceof z.ZodString : list.length > 1 && schema === runOptionsSchema.shape.order;
  return isList ? list : text;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
