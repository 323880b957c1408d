/** Staging: fetches exact versions into the plug-in's own archive, so that they can be installed whatever the mirror does. */
import { createHash } from 'node:crypto';
import { readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mkdtemp } from 'node:fs/promises';
import { CauError } from '../../domain/errors.js';
import type { PluginContext, StageResult } from '../../domain/ports/update-plugin.js';
import type { Update } from '../../domain/updates.js';
import { lastLines, placeOptions, preparePlaces, run } from './commands.js';

/** A fetched package: its file, and the checksum that apt had verified when it came. */
interface Staged {
  readonly file: string;
  readonly sha256: string;
}

type Manifest = Readonly<Record<string, Staged>>;

/** Fetches what is not there yet. A version that the mirror does not have any more is `gone`. */
export async function stage(updates: readonly Update[], { stateDirectory, progress }: PluginContext): Promise<StageResult> {
  const places = await preparePlaces(stateDirectory);
  const manifest = await readManifest(places.archives);
  const missing = updates.filter((update) => manifest[keyOf(update)] === undefined);
  const fetched: Record<string, Staged> = {};
  const gone: string[] = [];
  for (const [index, update] of missing.entries()) {
    progress(`fetching ${update.name} ${update.to}`, index / missing.length);
    const staged = await fetchOne(update, places.archives, placeOptions(places));
    if (staged === null) gone.push(update.name);
    else fetched[keyOf(update)] = staged;
  }
  const kept = await writeManifest(places.archives, { ...manifest, ...fetched }, updates);
  const sizes = await Promise.all(Object.values(kept).map(async ({ file }) => (await stat(join(places.archives, file))).size));
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), gone };
}

/**
 * The files of these updates, as they were fetched.
 * @throws CauError `StageFailed` when one is missing or was changed since
 */
export async function requireStaged(updates: readonly Update[], archives: string): Promise<string[]> {
  const manifest = await readManifest(archives);
  return Promise.all(
    updates.map(async (update) => {
      const staged = manifest[keyOf(update)];
      if (staged === undefined) throw new CauError('StageFailed', `${update.name} ${update.to} was not fetched.`, { where: update.name });
      const file = join(archives, staged.file);
      if ((await checksumOf(file)) !== staged.sha256) throw new CauError('StageFailed', `${file} was changed since it was fetched.`, { where: update.name });
      return file;
    }),
  );
}

/** `apt-get download` verifies what it fetches by the signed lists, and copies what a local mirror offers. */
async function fetchOne(update: Update, archives: string, options: readonly string[]): Promise<Staged | null> {
  const directory = await mkdtemp(join(archives, 'partial', 'fetch-'));
  try {
    const said = await run('apt-get', ['download', '-q', ...options, '-o', 'APT::Sandbox::User=root', `${update.name}=${update.to}`], { cwd: directory });
    const file = (await readdir(directory)).find((name) => name.endsWith('.deb'));
    if (said.exitCode === 0 && file !== undefined) {
      await rename(join(directory, file), join(archives, file));
      return { file, sha256: await checksumOf(join(archives, file)) };
    }
    if (/Version .* was not found|Can't find a source|Unable to locate|404|File not found|does not exist/i.test(said.all)) return null;
    throw new CauError('StageFailed', `${update.name} ${update.to} could not be fetched: ${lastLines(said.all)}`, { where: update.name });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const keyOf = (update: Update) => `${update.name} ${update.to}`;
const manifestFile = 'manifest.json';

async function readManifest(archives: string): Promise<Manifest> {
  const text = await readFile(join(archives, manifestFile), 'utf8').catch(() => '{}');
  return JSON.parse(text) as Manifest;
}

/** Keeps only what is planned now; older archives go. */
async function writeManifest(archives: string, manifest: Manifest, updates: readonly Update[]): Promise<Manifest> {
  const wanted = new Set(updates.map(keyOf));
  const kept = Object.fromEntries(Object.entries(manifest).filter(([key]) => wanted.has(key)));
  const files = new Set(Object.values(kept).map((staged) => staged.file));
  for (const name of await readdir(archives)) if (name.endsWith('.deb') && !files.has(name)) await rm(join(archives, name));
  const temporary = join(archives, `.${manifestFile}`);
  await writeFile(temporary, JSON.stringify(kept));
  await rename(temporary, join(archives, manifestFile));
  return kept;
}

async function checksumOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file).catch(() => ''))
    .digest('hex');
}
