/** `cau notify`: the targets of notifications of this machine's configuration. */
import type { Command } from 'commander';
import { renderTable } from '../../client/reports/table.js';
import { loadConfiguration } from '../../configuration/configuration.js';
import { kindOf } from '../../domain/target-settings.js';
import { printNote, printResult } from '../output.js';
import { flagsOf } from '../session.js';

export function addNotifyCommand(program: Command): void {
  const notify = program
    .command('notify')
    .description('The targets that are told the events of runs, as this machine is configured; run it where a coordinator runs.');
  notify
    .command('list')
    .description('List the targets: what they are and what they are told; never their addresses.')
    .action((_flags: object, self: Command) => {
      const flags = flagsOf(self);
      const targets = Object.entries(loadConfiguration(flags).notify.value).map(([name, target]) => ({
        name,
        kind: kindOf(target),
        from: target.from,
        giveUpAfter: target.giveUpAfter,
      }));
      printResult(targets, flags.json === true, () =>
        targets.length === 0
          ? 'No target is configured (coordinator.notify).'
          : renderTable(
              ['target', 'kind', 'told from', 'given up after'],
              targets.map(({ name, kind, from, giveUpAfter }) => [name, kind, from, giveUpAfter]),
            ),
      );
    });
  notify
    .command('test')
    .description('Tell a target an event that means nothing, as a coordinator would.')
    .argument('<target>', 'its name')
    .action(async (name: string, _flags: object, self: Command) => {
      const { tryTarget } = await import('../../workers/try-target.js');
      const flags = flagsOf(self);
      const { notify: targets, notifyScripts, cluster } = loadConfiguration(flags);
      await tryTarget({ targets: targets.value, scripts: notifyScripts.value }, name, cluster.value ?? 'none', new AbortController().signal);
      if (flags.json === true) printResult({ target: name, delivered: true }, true, () => '');
      else printNote(`Target ${name} took the event.`);
    });
}
