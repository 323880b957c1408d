import { execa } from 'execa';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf, parseProfile } from '../../configuration/profile-document.js';
import { listProfiles, readProfile } from '../../configuration/profile-files.js';
import { CauError } from '../../domain/errors.js';
import { effectiveOptions } from '../../domain/options.js';
import { shippedProfiles } from '../../workers/package-root.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cau-profiles-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A new directory of profiles, before those that come with the product. */
async function directory(files: Readonly<Record<string, string>>) {
  const own = await mkdtemp(join(root, 'own-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(own, name), text);
  return { own: [own], shipped: shippedProfiles(), path: own };
}

const refuse = (text: string): string => {
  try {
    parseProfile(text, '/p/x.yaml');
  } catch (error) {
    if (error instanceof CauError && error.code === 'InvalidInput') return error.message;
    throw error;
  }
  throw new Error('not refused');
};

describe('the profiles that come with the product', () => {
  it('are good, and "default" is the built-in defaults', async () => {
    const profiles = await listProfiles({ own: [], shipped: shippedProfiles() });
    expect(profiles.map(({ name, problem }) => ({ name, problem }))).toEqual(
      ['cautious', 'default', 'fast', 'security-only'].map((name) => ({ name, problem: null })),
    );
    expect(effectiveOptions((await readProfile({ own: [], shipped: shippedProfiles() }, 'default')).options, {})).toEqual(effectiveOptions({}, {}));
  });
});

describe('a bad profile is refused with file, line, field and what is allowed:', () => {
  it.each([
    [
      'an unknown option',
      'options:\n  drainTimeout: 5m\n  drainTimout: 5m\n',
      /x\.yaml:3: options: unknown field "drainTimout" \(did you mean "drainTimeout"\?\); allowed: plugins, /,
    ],
    [
      'an unknown field',
      'description: x\noption: {}\n',
      /x\.yaml:2: input: unknown field "option" \(did you mean "options"\?\); allowed: description, options/,
    ],
    ['a value of the wrong type', 'options:\n  maxScanPasses: many\n', /x\.yaml:2: options\.maxScanPasses: .*\(given: "many"\)/],
    ['a value out of range', '\n\noptions:\n  maxScanPasses: 99\n', /x\.yaml:4: options\.maxScanPasses: .*20.*\(given: 99\)/],
    [
      'a value not among the allowed',
      'options:\n  restartWhen: often\n',
      /x\.yaml:2: options\.restartWhen: must be "needed", "always" or "never" \(given: "often"\)/,
    ],
    [
      'a duration without unit',
      'options: { settleTimeout: 45 }\n',
      /x\.yaml:1: options\.settleTimeout: must be a duration \(a number with a unit\) .* \(given: 45\)/,
    ],
    ['an item of a list', 'options:\n  plugins:\n    - apt\n    - 7\n', /x\.yaml:4: options\.plugins\.1: .*\(given: 7\)/],
    ['two problems at once', 'options:\n  maxScanPasses: 0\n  maxRetriesPerNode: -1\n', /x\.yaml:2: .*; \/p\/x\.yaml:3: /],
    [
      'options that contradict each other',
      'options:\n  maxScanPasses: 2\n  warnAfter: 3h\n  stopAfter: 2h\n',
      /x\.yaml:[34]: options\.(warnAfter|stopAfter): /,
    ],
    ['the same option twice', 'options:\n  maxScanPasses: 2\n  maxScanPasses: 3\n', /x\.yaml:3: .*unique/],
    ['broken YAML', 'options:\n  plugins: [apt\n', /x\.yaml:\d: /],
    ['a list', '- a\n', /x\.yaml:1: input: .*object/],
    ['two documents', 'options: {}\n---\noptions: {}\n', /x\.yaml:2: .*document/],
    ['a small file that would be a large one', `a: &a [${'x, '.repeat(50)}x]\n${Array.from({ length: 200 }, (_, i) => `b${i}: *a`).join('\n')}\n`, /x\.yaml/],
  ])('%s', (_title, text, expected) => {
    expect(refuse(text)).toMatch(expected);
  });
});

describe('profiles in directories', () => {
  it('count in the order of the directories, and the hidden ones are said', async () => {
    const first = await directory({ 'cautious.yaml': 'options: { maxScanPasses: 2 }' });
    const second = await directory({ 'cautious.yaml': 'options: { maxScanPasses: 3 }', 'mine.yml': '' });
    const directories = { own: [first.path, second.path], shipped: shippedProfiles() };
    expect(await readProfile(directories, 'cautious')).toMatchObject({ options: { maxScanPasses: 2 }, source: join(first.path, 'cautious.yaml') });
    expect(await readProfile(directories, 'mine')).toMatchObject({ options: {} });
    const listed = (await listProfiles(directories)).filter(({ name }) => name === 'cautious');
    expect(listed.map(({ hiddenBy }) => hiddenBy)).toEqual([null, join(first.path, 'cautious.yaml'), join(first.path, 'cautious.yaml')]);
  });

  it('are refused by name with the names that are there', async () => {
    const directories = await directory({ 'mine.yaml': '' });
    await expect(readProfile(directories, 'yours')).rejects.toThrow('there is no profile "yours"; there is: cautious, default, fast, mine');
  });

  it('do not harm each other: a bad one is listed with its problem', async () => {
    const directories = await directory({
      'bad.yaml': 'options: 7',
      'good.yaml': '',
      'default.yaml': '',
      'no name.yaml': '',
      'huge.yaml': `#${'x'.repeat(70_000)}`,
    });
    const listed = new Map((await listProfiles({ ...directories })).map((one) => [one.file.slice(directories.path.length + 1), one.problem?.message]));
    expect(listed.get('good.yaml')).toBeUndefined();
    expect(listed.get('bad.yaml')).toMatch(/bad\.yaml:1: options: /);
    expect(listed.get('default.yaml')).toMatch(/cannot be replaced/);
    expect(listed.get('no name.yaml')).toMatch(/"no name" is no name/);
    expect(listed.get('huge.yaml')).toMatch(/at most 65536/);
  });

  it('that are configured and not there are an error, since they might replace others', async () => {
    await expect(readProfile({ own: [join(root, 'absent')], shipped: shippedProfiles() }, 'cautious')).rejects.toMatchObject({
      code: 'ConfigurationInvalid',
      message: `The directory of profiles ${join(root, 'absent')} cannot be read: it is not there.`,
    });
  });

  it('have the same digest when they mean the same', () => {
    const digest = (text: string) => digestOf(parseProfile(text, 'x.yaml'));
    expect(digest('options: { maxScanPasses: 2, restartWhen: never }')).toBe(digest('# why\noptions:\n  restartWhen: never\n  maxScanPasses: 2\n'));
    expect(digest('options: { maxScanPasses: 2 }')).not.toBe(digest('options: { maxScanPasses: 3 }'));
  });

  it('in a Git working copy have its commit, unless the file was changed since', async () => {
    const { path, ...directories } = await directory({ 'kept.yaml': 'options: {}\n', 'changed.yaml': 'options: {}\n' });
    const git = (...args: string[]) => execa('git', ['-C', path, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args]);
    await git('init', '-q');
    await git('add', '.');
    await git('commit', '-q', '-m', 'profiles');
    await writeFile(join(path, 'changed.yaml'), 'options: { maxScanPasses: 2 }\n');
    await writeFile(join(path, 'added.yaml'), '');
    const { stdout: commit } = await git('rev-parse', 'HEAD');
    const commitOf = async (name: string) => (await readProfile(directories, name)).commit;
    expect(await Promise.all(['kept', 'changed', 'added'].map(commitOf))).toEqual([commit, null, null]);
  });

  it('outside of a working copy have none', async () => {
    const nowhere = join(root, 'plain');
    await mkdir(nowhere);
    await writeFile(join(nowhere, 'mine.yaml'), '');
    expect((await readProfile({ own: [nowhere], shipped: shippedProfiles() }, 'mine')).commit).toBeNull();
  });
});
