/** The flags that say when a schedule starts runs, and what these are asked for. */
import { Option, type Command } from 'commander';
import type { NamedSchedule } from '../client/schedules.js';
import { CauError } from '../domain/errors.js';
import type { NamedRequest, NamedTimes } from '../domain/schedule-change.js';
import { parseMonthly, parseWeekdays, type RepeatWords } from '../domain/schedule-words.js';
import { addOptionFlags, readOptionFlags } from './option-flags.js';

export interface ScheduleFlags {
  readonly daily?: boolean;
  readonly weekly?: string;
  readonly monthly?: string;
  readonly cron?: string;
  readonly once?: string;
  readonly everyWeeks?: string;
  readonly at?: string;
  readonly timeZone?: string;
  readonly from?: string;
  readonly until?: string;
  readonly catchupWindow?: string;
  readonly nodes?: string;
  readonly profile?: string;
  readonly profileDigest?: string;
  readonly reason?: string;
  readonly unset?: string;
}

/** Adds them in groups, those of the run's options last. */
export function addScheduleFlags(command: Command): Command {
  const when = (flags: string, meaning: string) => command.addOption(new Option(flags, meaning).helpGroup('When runs start:'));
  when('--daily', 'every day');
  when('--weekly <days>', 'on these days of the week: tuesday, or tue,thu');
  when('--every-weeks <n>', 'with --weekly: only every so many weeks, counted from the week of --from');
  when('--monthly <days>', 'on these days of the month: 15, or 1,15, or last; or "second tuesday", "first,third mon", "last friday"');
  when('--cron <fields>', 'as a cron line says: "0 3 * * 2" (day of month and day of week must both fit)');
  when('--once <date and time>', 'once: 2026-12-01T03:00');
  when('--at <hh:mm>', 'the time of day');
  when('--time-zone <name>', 'whose time that is: Europe/Zurich, or UTC; follows changes of the clocks');
  when('--from <date>', 'the first day: 2026-12-01');
  when('--until <date>', 'the last day');
  when('--catchup-window <duration>', 'how late a start may come; a later one is skipped (1h unless said otherwise)');
  const what = (flags: string, meaning: string) => command.addOption(new Option(flags, meaning).helpGroup('What its runs are asked for:'));
  what('--nodes <names>', 'only these nodes, separated by commas');
  what('--profile <name>', 'options by name: runs follow what the profile says at their start');
  what('--profile-digest <digest>', 'refuse runs unless the profile has this digest');
  what('--reason <text>', 'why; kept in the reports');
  return addOptionFlags(command);
}

/** What the flags say. @throws CauError `InvalidInput` */
export function readScheduleFlags(flags: ScheduleFlags & object): NamedSchedule {
  return { times: readTimes(flags), request: readRequest(flags), unset: flags.unset?.split(',').map((field) => field.trim()) ?? [] };
}

function readTimes(flags: ScheduleFlags): NamedTimes {
  const { at, timeZone, from, until, everyWeeks } = flags;
  const repeat = readRepeat(flags);
  return given({ repeat, at, timeZone, from, until, everyWeeks: everyWeeks === undefined ? undefined : readWeeks(everyWeeks) });
}

function readRepeat({ daily, weekly, monthly, cron, once }: ScheduleFlags): RepeatWords | undefined {
  const said: RepeatWords[] = [
    ...(daily === true ? [{ repeat: 'daily' } as const] : []),
    ...(weekly === undefined ? [] : [{ repeat: 'weekly', days: parseWeekdays(weekly, 'weekly') } as const]),
    ...(monthly === undefined ? [] : [parseMonthly(monthly)]),
    ...(cron === undefined ? [] : [{ repeat: 'cron', cron } as const]),
    ...(once === undefined ? [] : [{ repeat: 'once', on: once } as const]),
  ];
  if (said.length > 1)
    throw new CauError('InvalidInput', 'when: more than one rule is named; allowed is one of --daily, --weekly, --monthly, --cron, --once.', {
      where: 'when',
      remedy: 'Name one; make a second schedule (--id) for another.',
    });
  return said[0];
}

function readWeeks(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw new CauError('InvalidInput', `everyWeeks: "${text}" is no number of weeks; allowed: 1 to 52.`, { where: 'everyWeeks' });
}

function readRequest(flags: ScheduleFlags & object): NamedRequest {
  const { nodes, profile, profileDigest, reason, catchupWindow } = flags;
  const options = readOptionFlags(flags as Record<string, string | undefined>);
  const named = given({ profile, profileDigest, reason, catchupWindow, nodes: nodes?.split(',') });
  return Object.keys(options).length === 0 ? named : { ...named, options };
}

/** Without what was not given. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
