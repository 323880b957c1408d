/** Every option in words, for whoever shows them: made from their one definition. */
import { allowedWords } from './allowed-words.js';
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
  return Object.entries(runOptionsSchema.shape).map(([key, schema]) => {
    const name = key as keyof RunOptions;
    return { name, default: defaultOptions[name], allowed: allowedWords(schema, (literal) => `\`${literal}\``), meaning: schema.description ?? '' };
  });
}
