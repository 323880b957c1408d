/** `cau config show`: every setting with its origin. */
import type { Command } from 'commander';
import { renderTable } from '../../client/reports/table.js';
import { loadConfiguration, type Setting } from '../../configuration/configuration.js';
import { kindOf } from '../../domain/target-settings.js';
import { printResult } from '../output.js';
import { flagsOf } from '../session.js';

export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('The configuration of this process.')
    .command('show')
    .description('Show every setting and where it comes from.')
    .action((_flags: object, self: Command) => {
      const flags = flagsOf(self);
      const { file, connection, notify, ...settings } = loadConfiguration(flags);
      const shown: Record<string, Setting<unknown>> = {
        ...settings,
        // Addresses and headers of targets are secrets.
        notify: { value: Object.entries(notify.value).map(([name, target]) => `${name} (${kindOf(target)})`), origin: notify.origin },
        tls: { value: connection.tls === undefined || connection.tls === false || connection.tls === null ? 'off' : 'on', origin: 'temporal configuration' },
        apiKey: { value: connection.apiKey === undefined ? 'none' : 'set (not shown)', origin: 'temporal configuration' },
      };
      printResult({ file, settings: shown }, flags.json === true, () =>
        [
          `Configuration file: ${file ?? 'none'}`,
          '',
          renderTable(
            ['setting', 'value', 'from'],
            Object.entries(shown).map(([name, { value, origin }]) => [name, show(value), origin]),
          ),
        ].join('\n'),
      );
    });
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'not set';
  return typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
}
