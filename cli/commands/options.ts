/** `cau options`: every option of a run, from its one definition. Asks nobody. */
import type { Command } from 'commander';
import { describeOptions } from '../../domain/option-catalogue.js';
import { requestJsonSchema } from '../../domain/request-schema.js';
import { renderTable } from '../../client/reports/table.js';
import { flagOf } from '../option-flags.js';
import { printResult } from '../output.js';
import { flagsOf } from '../session.js';

export function addOptionsCommand(program: Command): void {
  program
    .command('options')
    .description('Every option of an Updating Run: default, allowed values, meaning.')
    .option('--schema', 'the JSON Schema of the input of a run instead')
    .action((_flags: object, self: Command) => {
      const { schema, json } = flagsOf<{ readonly schema?: boolean }>(self);
      if (schema === true) return printResult(requestJsonSchema(), true, () => '');
      const options = describeOptions().map((option) => ({ ...option, allowed: option.allowed.replaceAll('`', ''), flag: flagOf(option.name) }));
      printResult({ options }, json === true, () =>
        renderTable(
          ['option', 'default', 'allowed', 'meaning'],
          options.map(({ name, default: value, allowed, meaning }) => [name, typeof value === 'string' ? value : JSON.stringify(value), allowed, meaning]),
        ),
      );
    });
}
