/** `cau profile`: the profiles as this machine reads them, checked, and compared. */
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { renderProfileDifferences, renderProfileList, renderProfile } from '../../client/reports/profile-text.js';
import { loadConfiguration } from '../../configuration/configuration.js';
import { listProfiles, readProfile, readProfileFile, type ProfileDirectories } from '../../configuration/profile-files.js';
import { CauError, type Failure } from '../../domain/errors.js';
import { effectiveOptions } from '../../domain/options.js';
import type { ProfileRecord } from '../../domain/profiles.js';
import { shippedProfiles } from '../../workers/package-root.js';
import { exitCodeOf } from '../exit-codes.js';
import { printResult } from '../output.js';
import { flagsOf, type GlobalFlags } from '../session.js';

export function addProfileCommand(program: Command): void {
  const profile = program.command('profile').description('Profiles: options of runs by name, as this machine reads them.');
  profile
    .command('list')
    .description('List the profiles, good and bad, in the order in which they count.')
    .action((_flags: object, self: Command) => list(flagsOf(self)));
  profile
    .command('show')
    .description('Show a profile: its file, commit and digest, and every option that differs from the defaults.')
    .argument('<name or file>')
    .action((name: string, _flags: object, self: Command) => show(name, flagsOf(self)));
  profile
    .command('validate')
    .description('Check profiles without using them: every problem with its file, line and field.')
    .argument('[names or files...]', 'all profiles when left out')
    .action((names: string[], _flags: object, self: Command) => validate(names, flagsOf(self)));
  profile
    .command('diff')
    .description('Show in which options two profiles differ.')
    .argument('<name or file>')
    .argument('[name or file]', 'what to compare with', 'default')
    .action((left: string, right: string, _flags: object, self: Command) => diff(left, right, flagsOf(self)));
}

async function list(flags: GlobalFlags): Promise<void> {
  const directories = directoriesOf(flags);
  const profiles = await listProfiles(directories);
  printResult({ directories, profiles }, flags.json === true, () => renderProfileList(profiles));
}

async function show(name: string, flags: GlobalFlags): Promise<void> {
  const profile = await find(name, directoriesOf(flags));
  printResult(profile, flags.json === true, () => renderProfile(profile));
}

async function validate(names: readonly string[], flags: GlobalFlags): Promise<void> {
  const directories = directoriesOf(flags);
  const checked = names.length === 0 ? await listProfiles(directories) : await Promise.all(names.map((name) => check(name, directories)));
  printResult(checked, flags.json === true, () =>
    checked.map(({ name, problem }) => (problem === null ? `${name}: good` : `${name}: ${problem.message}`)).join('\n'),
  );
  if (checked.some(({ problem }) => problem !== null)) process.exitCode = exitCodeOf('InvalidInput');
}

async function diff(left: string, right: string, flags: GlobalFlags): Promise<void> {
  const directories = directoriesOf(flags);
  const [one, other] = await Promise.all([find(left, directories), find(right, directories)]);
  const values = [one, other].map((profile) => effectiveOptions(profile.options, {}).values as Readonly<Record<string, unknown>>);
  const differences = Object.keys(values[0] ?? {})
    .map((option) => ({ option, left: values[0]?.[option], right: values[1]?.[option] }))
    .filter((difference) => JSON.stringify(difference.left) !== JSON.stringify(difference.right));
  printResult({ left: one, right: other, differences }, flags.json === true, () => renderProfileDifferences(left, right, differences));
}

const directoriesOf = (flags: GlobalFlags): ProfileDirectories => ({ own: loadConfiguration(flags).profiles.value, shipped: shippedProfiles() });

/** A path names a file, anything else a profile. */
async function find(named: string, directories: ProfileDirectories): Promise<ProfileRecord> {
  const isFile = named.includes('/') || (/\.ya?ml$/.test(named) && existsSync(named));
  return isFile ? (await readProfileFile(resolve(named), directories.shipped)).profile : readProfile(directories, named);
}

async function check(name: string, directories: ProfileDirectories): Promise<{ readonly name: string; readonly problem: Failure | null }> {
  try {
    await find(name, directories);
    return { name, problem: null };
  } catch (error) {
    if (error instanceof CauError) return { name, problem: error.failure };
    throw error;
  }
}
