/** The cache of the Temporal CLI that we built: keyed by what it was built from, verified before it is used. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { findPackage } from '../package-root.js';

/** The directory of the Go module that pins the CLI. */
export const moduleDirectory = () => join(findPackage().root, 'workers', 'temporal');

/** Where the CLI built from the present `go.mod` and `go.sum` is, or will be. */
export async function cachedCliPath(): Promise<string> {
  const pinned = await Promise.all(['go.mod', 'go.sum'].map((name) => readFile(join(moduleDirectory(), name))));
  const key = createHash('sha256').update(Buffer.concat(pinned)).digest('hex').slice(0, 16);
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(base, 'cau', 'temporal', key, 'temporal');
}

/** `missing`, `damaged` (half written, or changed since), or `whole`. */
export async function examineCachedCli(path: string): Promise<'missing' | 'damaged' | 'whole'> {
  const recorded = await readFile(checksumFile(path), 'utf8').catch(() => null);
  const actual = await checksumOf(path).catch(() => null);
  if (actual === null) return 'missing';
  return recorded?.trim() === actual ? 'whole' : 'damaged';
}

/** Puts a finished binary into the cache; a reader never sees half of it. */
export async function storeCli(built: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(checksumFile(path), await checksumOf(built));
  await rename(built, path);
}

const checksumFile = (path: string) => `${path}.sha256`;

async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
