/** Profiles in directories: `NAME.yaml`. The first directory that has a name counts; those that come with the product are last. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { allowedWords } from '../domain/allowed-words.js';
import { CauError, type Failure } from '../domain/errors.js';
import { nameSchema } from '../domain/names.js';
import type { ProfileRecord } from '../domain/profiles.js';
import { whyOfFile } from './file-trouble.js';
import { commitOf } from './profile-commit.js';
import { digestOf, parseProfile } from './profile-document.js';

/** Where profiles are looked for unless configured otherwise; alone of all directories it need not exist. */
export const defaultProfileDirectory = '/etc/cau/profiles';

export interface ProfileDirectories {
  /** Of the administrator. */
  readonly own: readonly string[];
  readonly shipped: string;
}

/** A file of a profile, the profile or why it cannot be used, and the file that is taken instead of it. */
export interface ProfileListing {
  readonly name: string;
  readonly file: string;
  readonly description: string | null;
  readonly profile: ProfileRecord | null;
  readonly problem: Failure | null;
  readonly hiddenBy: string | null;
}

const maxBytes = 64 * 1024;
/** "No profile" and "the profile default" must be the same everywhere. */
const reserved = 'default';

/**
 * The profile of that name.
 * @throws CauError `InvalidInput` when there is none or its file is bad, `ConfigurationInvalid` when a directory cannot be read
 */
export async function readProfile(directories: ProfileDirectories, name: string): Promise<ProfileRecord> {
  const files = await findFiles(directories);
  const file = files.find((found) => nameOf(found) === name);
  if (file !== undefined) return (await readProfileFile(file, directories.shipped)).profile;
  const names = [...new Set(files.map(nameOf))].toSorted();
  throw new CauError('InvalidInput', `profile: there is no profile "${name}"; there is: ${names.join(', ')}.`, {
    where: 'profile',
    remedy: `Name one that is there, or put ${name}.yaml into a directory of profiles of the coordinators (${directories.own.join(', ')}).`,
  });
}

/** Every file of a profile, good or bad, in the order in which they count. @throws CauError `ConfigurationInvalid` */
export async function listProfiles(directories: ProfileDirectories): Promise<ProfileListing[]> {
  const files = await findFiles(directories);
  return Promise.all(
    files.map(async (file, index) => {
      const name = nameOf(file);
      const hiding = files.findIndex((other) => nameOf(other) === name);
      const common = { name, file, hiddenBy: hiding < index ? (files[hiding] ?? null) : null };
      try {
        return { ...common, ...(await readProfileFile(file, directories.shipped)), problem: null };
      } catch (error) {
        if (!(error instanceof CauError)) throw error;
        return { ...common, description: null, profile: null, problem: error.failure };
      }
    }),
  );
}

/** A profile from its file, wherever that is. @throws CauError `InvalidInput` */
export async function readProfileFile(file: string, shipped: string): Promise<{ readonly profile: ProfileRecord; readonly description: string | null }> {
  const name = nameOf(file);
  if (!nameSchema.safeParse(name).success) throw refuseFile(file, `"${name}" is no name; it must be ${allowedWords(nameSchema)}`);
  if (name === reserved && !file.startsWith(`${shipped}/`))
    throw refuseFile(file, `"${reserved}" means the built-in defaults and cannot be replaced; use another name`);
  const bytes = await readBytes(file);
  const { description = null, ...content } = parseProfile(bytes.toString('utf8'), file);
  return { profile: { name, digest: digestOf(content), source: file, commit: await commitOf(file, bytes), options: content.options }, description };
}

async function findFiles({ own, shipped }: ProfileDirectories): Promise<string[]> {
  const lists = await Promise.all([...own, shipped].map((directory) => findFilesIn(directory)));
  return lists.flat();
}

/** A directory that is configured and not there is an error: its profiles might replace some that come after it. */
async function findFilesIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory);
    return entries
      .filter((entry) => ['.yaml', '.yml'].includes(extname(entry)) && !entry.startsWith('.'))
      .toSorted()
      .map((entry) => join(directory, entry));
  } catch (cause) {
    if (directory === defaultProfileDirectory && isAbsence(cause)) return [];
    throw new CauError('ConfigurationInvalid', `The directory of profiles ${directory} cannot be read: ${whyOfFile(cause)}.`, {
      where: 'coordinator.profiles',
      cause,
    });
  }
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw refuseFile(file, `it has ${size} bytes; at most ${maxBytes} are allowed`);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof CauError) throw cause;
    throw refuseFile(file, `it cannot be read: ${whyOfFile(cause)}`);
  }
}

const nameOf = (file: string) => basename(file, extname(file));

const refuseFile = (file: string, why: string) => new CauError('InvalidInput', `profile: ${file}: ${why}.`, { where: 'profile' });

const isAbsence = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT';
