/** Every option in words, for whoever shows them: made from their one definition. */
import { z } from 'zod';
import { nameSchema } from './names.js';
import { defaultOptions, runOptionsSchema, type RunOptions } from './options.js';

/** One option as people see it. */
export interface DescribedOption {
  readonly name: keyof RunOptions;
  readonly default: RunOptions[keyof RunOptions];
  /** What a value may be, in words; literal values stand in backquotes. */
  readonly allowed: string;
  readonly meaning: string;
}

/** Every option in the order of its definition. */
export function describeOptions(): DescribedOption[] {
  const { properties = {} } = z.toJSONSchema(runOptionsSchema, { io: 'input' });
  return Object.entries(properties).map(([key, schema]) => {
    const name = key as keyof RunOptions;
    return { name, default: defaultOptions[name], allowed: allowed(schema as Schema), meaning: (schema as Schema).description ?? '' };
  });
}

interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly pattern?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly 'x-least'?: string;
  readonly 'x-most'?: string;
}

const namePattern = z.toJSONSchema(nameSchema).pattern;

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
      return isObject(schema.items) ? 'a list of objects' : 'a list';
    default:
      if (schema.pattern === namePattern) return 'a name';
      return `a duration from \`${schema['x-least']}\` to \`${schema['x-most']}\`, such as \`90s\`, \`15m\`, \`2h\``;
  }
}

/** An object, or several kinds of objects. */
function isObject(schema: Schema | undefined): boolean {
  return schema?.type === 'object' || (schema?.oneOf ?? schema?.anyOf)?.every(isObject) === true;
}
