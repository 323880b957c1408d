/** The list of what was fetched: each file with the checksum that apt had verified when it came. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Update } from '../../domain/updates.js';

/** A fetched package; null where its version had left the mirror. */
export type Staged = { readonly file: string; readonly sha256: string; readonly bytes: number } | null;

/** Fetched packages by `name version`. */
export type Manifest = Readonly<Record<string, Staged>>;

const manifestFile = 'manifest.json';

export const keyOf = (update: Pick<Update, 'name' | 'to'>) => `${update.name} ${update.to}`;

/** What was fetched. A list that a power cut left half written counts as none: its packages are fetched again. */
export async function readManifest(archives: string): Promise<Manifest> {
  try {
    return JSON.parse(await readFile(join(archives, manifestFile), 'utf8')) as Manifest;
  } catch {
    return {};
  }
}

/** Writes the list and removes every archive that is not in it. */
export async function writeManifest(archives: string, manifest: Manifest): Promise<void> {
  const files = new Set(Object.values(manifest).flatMap((staged) => (staged === null ? [] : [staged.file])));
  const stale = (await readdir(archives)).filter((name) => name.endsWith('.deb') && !files.has(name));
  await Promise.all(stale.map((name) => rm(join(archives, name))));
  const temporary = join(archives, `.${manifestFile}`);
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(JSON.stringify(manifest));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(archives, manifestFile));
}

/** The fetched files of these packages, at whatever version. */
export async function findStagedFiles(archives: string, names: readonly string[]): Promise<string[]> {
  const wanted = new Set(names);
  const found = Object.entries(await readManifest(archives)).filter(([key]) => wanted.has(key.split(' ')[0] ?? ''));
  const files = await Promise.all(found.map(async ([, staged]) => (staged !== null && (await isWhole(archives, staged)) ? [staged.file] : [])));
  return files.flat();
}

/** Whether a fetched file is as it was when it came. */
export async function isWhole(archives: string, staged: NonNullable<Staged>): Promise<boolean> {
  return (await checksumOf(join(archives, staged.file))) === staged.sha256;
}

/** The file's SHA-256; empty when it cannot be read. */
export async function checksumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
    return hash.digest('hex');
  } catch {
    return '';
  }
}
