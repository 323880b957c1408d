/** `cau config show`: every setting with its origin. */
import type { Command } from 'commander';
import { renderTable } from '../../client/reports/table.js';
import { printResult } from '../output.js';
import { flagsOf } from '../session.js';
import { showConfiguration } from '../shown-configuration.js';

export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('The configuration of this process.')
    .command('show')
    .description('Show every setting and where it comes from.')
    .action((_flags: object, self: Command) => {
      const flags = flagsOf(self);
      const shown = showConfiguration(flags);
      printResult(shown, flags.json === true, () =>
        [
          `Configuration file: ${shown.file ?? 'none'}`,
          '',
          renderTable(
            ['setting', 'value', 'from'],
            Object.entries(shown.settings).map(([name, { value, origin }]) => [name, show(value), origin]),
          ),
        ].join('\n'),
      );
    });
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'not set';
  return typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
}
