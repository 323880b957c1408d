/** `cau replay`: what happened in exported histories, without a Temporal service. */
import type { Command } from 'commander';
import { readTimeLine } from '../../client/exported-history.js';
import { showsColours } from '../../client/reports/paint.js';
import { renderTimeLine } from '../../client/reports/time-line-text.js';
import { printResult } from '../output.js';
import { flagsOf } from '../session.js';

export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .description('Tell what happened in exported histories, offline: every step, wait and event of a run on one line of time.')
    .argument('<file...>', 'histories of one run, its guard and its nodes, or some of them: JSON as Temporal exports it')
    .action(async (files: string[], _flags: object, self: Command) => {
      const line = await readTimeLine(files);
      printResult(line, flagsOf(self).json === true, () => renderTimeLine(line, showsColours(process.stdout)));
    });
}
