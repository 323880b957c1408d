/** What is said of a schedule, when it is made and when it is changed: only what is named changes. */
import { CauError } from './errors.js';
import { effectiveOptions, type PartialOptions } from './options.js';
import { runRequestSchema, type RunRequest } from './requests.js';
import { parseInput } from './parse-input.js';
import { scheduleTimesSchema, type ScheduleRule, type ScheduleTimes } from './schedule-rule.js';
import type { RepeatWords } from './schedule-words.js';

/** The times as far as they are named. */
export interface NamedTimes {
  readonly repeat?: RepeatWords;
  readonly everyWeeks?: number;
  readonly at?: string;
  readonly timeZone?: string;
  readonly from?: string;
  readonly until?: string;
}

/** The times that a schedule has; of one that was not made here only the zone is known. */
export type KnownTimes = Partial<ScheduleTimes>;

/** Whether anything of the times is named. */
export function namesTimes(named: NamedTimes, unset: readonly string[]): boolean {
  return Object.keys(named).length > 0 || unset.some((field) => isTimesField(field));
}

/**
 * The times with what is named. A rule of the same kind keeps the parts that are not named; one of another kind keeps the time of day.
 * @throws CauError `InvalidInput` naming the field and what is allowed
 */
export function changeTimes(known: KnownTimes, named: NamedTimes, unset: readonly string[] = []): ScheduleTimes {
  const { repeat: _repeat, everyWeeks: _weeks, at: _at, ...others } = named;
  const { rule: before, ...kept } = known;
  const rule = changeRule(before, named);
  return requireSound(parseInput(scheduleTimesSchema, { ...without(kept, unset), ...others, rule }, 'schedule'));
}

/** The rule as far as it can be made up; whether it is whole is left to the schema. */
function changeRule(before: ScheduleRule | undefined, { repeat, everyWeeks, at }: NamedTimes): object {
  if (repeat === undefined && before === undefined)
    throw new CauError('InvalidInput', 'when: it is not said when runs are to start; allowed is one of --daily, --weekly, --monthly, --cron, --once.', {
      where: 'when',
      remedy: 'Say it, for example: --monthly "second tuesday" --at 03:00 --time-zone Europe/Zurich.',
    });
  const isSameKind = repeat === undefined || repeat.repeat === before?.repeat;
  const kind = repeat?.repeat ?? before?.repeat;
  const hasTime = kind !== 'cron' && kind !== 'once';
  if (everyWeeks !== undefined && kind !== 'weekly')
    throw new CauError('InvalidInput', `everyWeeks: only a weekly rule (--weekly) can come every few weeks (given: ${everyWeeks}).`, { where: 'everyWeeks' });
  if (at !== undefined && !hasTime)
    throw new CauError('InvalidInput', `at: --cron and --once have the time of day in themselves (given: "${at}").`, { where: 'at' });
  return {
    ...(kind === 'weekly' ? { everyWeeks: 1 } : {}),
    ...(isSameKind ? before : hasTime && before !== undefined && 'at' in before ? { at: before.at } : {}),
    ...repeat,
    ...(everyWeeks === undefined ? {} : { everyWeeks }),
    ...(at === undefined ? {} : { at }),
  };
}

function requireSound(times: ScheduleTimes): ScheduleTimes {
  const { rule, from, until } = times;
  if (rule.repeat === 'weekly' && rule.everyWeeks > 1 && from === undefined)
    throw new CauError('InvalidInput', `from: every ${rule.everyWeeks} weeks are counted from the week of a date, and none is named.`, {
      where: 'from',
      remedy: 'Name a day of the first week, for example: --from 2026-12-01.',
    });
  if (from !== undefined && until !== undefined && until < from)
    throw new CauError('InvalidInput', `until: ${until} is before the first day, ${from}.`, { where: 'until' });
  return times;
}

/** What runs of the schedule are asked for, as far as it is named. */
export type NamedRequest = Omit<Partial<RunRequest>, 'cluster'>;

/**
 * The input of the runs with what is named. Options are named one by one.
 * @throws CauError `InvalidInput` naming the field and what is allowed
 */
export function changeRequest(known: RunRequest, named: NamedRequest, unset: readonly string[] = []): RunRequest {
  requireUnsettable(unset);
  const options: PartialOptions = { ...without(known.options ?? {}, unset), ...named.options };
  const { options: _options, ...kept } = without(known, unset);
  const changed = parseInput(runRequestSchema, { ...kept, ...named, ...(Object.keys(options).length === 0 ? {} : { options }) }, 'schedule');
  if (changed.profileDigest !== undefined && changed.profile === undefined)
    throw new CauError('InvalidInput', 'profileDigest: it pins a profile, and none is named.', { where: 'profileDigest' });
  if (changed.profileDigest !== undefined && changed.profile !== known.profile && named.profileDigest === undefined)
    throw new CauError('InvalidInput', `profileDigest: it pins profile "${known.profile ?? ''}", and another one is named ("${changed.profile ?? ''}").`, {
      where: 'profileDigest',
      remedy: 'Name the digest of the new one (--profile-digest), or let runs follow its name (--unset profileDigest).',
    });
  // What is allowed together with a profile is known when a run reads it.
  if (changed.profile === undefined) effectiveOptions({}, changed.options ?? {});
  return changed;
}

const timesFields: readonly string[] = ['from', 'until'];
const isTimesField = (field: string) => timesFields.includes(field);
const requestFields: readonly string[] = ['nodes', 'reason', 'profile', 'profileDigest'];

function requireUnsettable(unset: readonly string[]): void {
  const options = Object.keys(effectiveOptions({}, {}).values);
  for (const field of unset) {
    if ([...timesFields, ...requestFields, ...options].includes(field)) continue;
    throw new CauError(
      'InvalidInput',
      `unset: "${field}" cannot be unset; allowed: ${[...timesFields, ...requestFields, 'or an option of the run'].join(', ')}.`,
      {
        where: 'unset',
        remedy: '"cau options" lists the options.',
      },
    );
  }
}

function without<T extends object>(from: T, fields: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(from).filter(([field]) => !fields.includes(field))) as Partial<T>;
}
