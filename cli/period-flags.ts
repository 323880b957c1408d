/** The flags that say which of many runs are meant. */
import { Option, type Command } from 'commander';
import type { RunFilter } from '../client/report-sources.js';
import { CauError } from '../domain/errors.js';
import { parseMoment } from '../domain/period.js';

export interface PeriodFlags {
  readonly last?: string;
  readonly since?: string;
  readonly until?: string;
}

const most = 1000;

/** Adds them. */
export function addPeriodFlags(command: Command): Command {
  const which = (flags: string, meaning: string) => command.addOption(new Option(flags, meaning).helpGroup('Which runs:'));
  which('--last <n>', `the latest ones, at most so many (1 to ${most})`);
  which('--since <time>', 'those that started since then: 2026-11-01, 2026-11-01T22:00, or how long ago: 7d');
  which('--until <time>', 'those that started until then; a date alone includes that day');
  return command;
}

/** @throws CauError `InvalidInput` */
export function readPeriodFlags({ last, since, until }: PeriodFlags, usual: number): Omit<RunFilter, 'cluster'> {
  const now = new Date();
  const count = last === undefined ? usual : /^\d{1,4}$/.test(last) ? Number(last) : 0;
  if (count < 1 || count > most) throw new CauError('InvalidInput', `--last: "${last}" is not allowed; allowed is 1 to ${most}.`, { where: 'last' });
  const period = {
    since: since === undefined ? null : parseMoment(since, 'since', now),
    until: until === undefined ? null : parseMoment(until, 'until', now),
  };
  if (period.since !== null && period.until !== null && Date.parse(period.since) >= Date.parse(period.until))
    throw new CauError('InvalidInput', `--since (${since}) is not before --until (${until}).`, { where: 'since' });
  return { last: count, ...period };
}
