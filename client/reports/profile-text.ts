/** Profiles for eyes. */
import type { Failure } from '../../domain/errors.js';
import { defaultOptions } from '../../domain/options.js';
import type { ProfileRecord } from '../../domain/profiles.js';
import { renderTable } from './table.js';

interface ListedProfile {
  readonly name: string;
  readonly file: string;
  readonly description: string | null;
  readonly profile: ProfileRecord | null;
  readonly problem: Failure | null;
  readonly hiddenBy: string | null;
}

/** One row a file; what is wrong with bad ones comes below. */
export function renderProfileList(profiles: readonly ListedProfile[]): string {
  return [
    renderTable(
      ['profile', 'digest', 'commit', 'file', 'is for'],
      profiles.map(({ name, file, description, profile, hiddenBy }) => [
        name,
        profile === null ? 'cannot be used' : shortDigest(profile.digest),
        profile?.commit?.slice(0, 12) ?? '',
        file,
        hiddenBy === null ? (description ?? '') : `not used: ${hiddenBy} comes first`,
      ]),
    ),
    ...profiles.flatMap(({ problem }) => (problem === null ? [] : ['', problem.message])),
  ].join('\n');
}

/** The options that a profile gives, beside their defaults. */
export function renderProfile(profile: ProfileRecord): string {
  const given = Object.entries(profile.options);
  return [
    `Profile ${profile.name}, digest ${profile.digest}`,
    `File ${profile.source}${profile.commit === null ? '' : `, commit ${profile.commit}`}`,
    '',
    given.length === 0
      ? 'Every option is at its default.'
      : renderTable(
          ['option', 'value', 'default'],
          given.map(([name, value]) => [name, show(value), show(defaultOptions[name as keyof typeof defaultOptions])]),
        ),
  ].join('\n');
}

/** The options in which two profiles differ, as runs would have them. */
export function renderProfileDifferences(
  left: string,
  right: string,
  differences: readonly { readonly option: string; readonly left: unknown; readonly right: unknown }[],
): string {
  if (differences.length === 0) return `${left} and ${right} mean the same.`;
  return renderTable(
    ['option', left, right],
    differences.map((difference) => [difference.option, show(difference.left), show(difference.right)]),
  );
}

/** Which profile was used: name, digest, and the commit or file that it is from. */
export function renderProfileUsed({ name, digest, source, commit }: ProfileRecord): string {
  return `Profile ${name}, digest ${shortDigest(digest)}, ${commit === null ? `file ${source}` : `commit ${commit.slice(0, 12)} of ${source}`}`;
}

/** As much of a digest as people compare and requests may pin. */
const shortDigest = (digest: string) => digest.slice(0, 12);

const show = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
