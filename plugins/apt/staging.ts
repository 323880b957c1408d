/** Staging: fetches exact versions into the plug-in's own archive, so that they can be installed whatever the mirror does. */
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CauError } from '../../domain/errors.js';
import type { PluginContext, StageResult } from '../../domain/ports/update-plugin.js';
import type { Update } from '../../domain/updates.js';
import { lastLines, run } from './commands.js';
import { placeOptions, preparePlaces, type AptPlaces } from './places.js';
import { checksumOf, isWhole, keyOf, readManifest, writeManifest, type Manifest, type Staged } from './staging-manifest.js';

/** Fetches what is not there yet. A version that the mirror does not have any more is `gone`. */
export async function stage(updates: readonly Update[], { stateDirectory, progress }: PluginContext): Promise<StageResult> {
  const places = await preparePlaces(stateDirectory);
  const known = await readManifest(places.archives);
  const kept: Record<string, Staged> = {};
  for (const update of updates) {
    const staged = known[keyOf(update)];
    if (staged !== null && staged !== undefined && (await isWhole(places.archives, staged))) kept[keyOf(update)] = staged;
  }
  const missing = updates.filter((update) => kept[keyOf(update)] === undefined);
  const fetched = await fetchAll(missing, places, progress);
  const manifest = { ...kept, ...fetched };
  await writeManifest(places.archives, manifest);
  return {
    bytes: Object.values(manifest).reduce((sum, staged) => sum + (staged?.bytes ?? 0), 0),
    gone: updates.filter((update) => manifest[keyOf(update)] === null).map((update) => update.name),
  };
}

/**
 * The files of these updates, as they were fetched.
 * @throws CauError `StageFailed` when one is missing or was changed since
 */
export async function requireStaged(updates: readonly Update[], archives: string, manifest: Manifest): Promise<string[]> {
  return Promise.all(
    updates.map(async (update) => {
      const staged = manifest[keyOf(update)] ?? null;
      if (staged === null) throw new CauError('StageFailed', `${update.name} ${update.to} was not fetched.`, { where: update.name });
      const file = join(archives, staged.file);
      if (!(await isWhole(archives, staged))) throw new CauError('StageFailed', `${file} was changed since it was fetched.`, { where: update.name });
      return file;
    }),
  );
}

/** All at once, which is fast; one by one where that fails, to learn which one it is. */
async function fetchAll(updates: readonly Update[], places: AptPlaces, progress: PluginContext['progress']): Promise<Record<string, Staged>> {
  if (updates.length === 0) return {};
  progress(`fetching ${updates.length} packages`, 0);
  const together = await fetchSome(updates, places);
  if (typeof together !== 'string') return together;
  const fetched: Record<string, Staged> = {};
  for (const [index, update] of updates.entries()) {
    progress(`fetching ${update.name} ${update.to}`, index / updates.length);
    const alone = await fetchSome([update], places);
    if (typeof alone !== 'string') Object.assign(fetched, alone);
    else if (isGone(alone)) fetched[keyOf(update)] = null;
    else throw new CauError('StageFailed', `${update.name} ${update.to} could not be fetched: ${lastLines(alone)}`, { where: update.name });
  }
  return fetched;
}

/** `apt-get download` verifies what it fetches by the signed lists. Answers what it said when it could not fetch all of them. */
async function fetchSome(updates: readonly Update[], places: AptPlaces): Promise<Record<string, Staged> | string> {
  const directory = await mkdtemp(join(places.archives, 'partial', 'fetch-'));
  try {
    const wanted = updates.map((update) => `${update.name}=${update.to}`);
    const said = await run('apt-get', ['download', '-q', ...placeOptions(places), '-o', 'APT::Sandbox::User=root', ...wanted], { cwd: directory });
    if (said.exitCode !== 0) return said.all;
    const files = (await readdir(directory)).filter((name) => name.endsWith('.deb'));
    const contents = await Promise.all(files.map(async (file) => ({ file, content: await readContent(join(directory, file)) })));
    const fetched: Record<string, Staged> = {};
    for (const update of updates) {
      const found = contents.find(({ content }) => isContentOf(update, content, updates));
      // A list that was replaced under apt's cache lets it take another version under the name of the wanted one.
      if (found === undefined) return `E: Version '${update.to}' for '${update.name}' was not found; what came is another one`;
      const target = join(places.archives, found.file);
      await rename(join(directory, found.file), target);
      fetched[keyOf(update)] = { file: found.file, sha256: await checksumOf(target), bytes: (await stat(target)).size };
    }
    return fetched;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What a package file says of itself. */
export interface Content {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** Whether a file is that of the update; where it comes for two architectures, the unnamed one is the node's own. */
export function isContentOf({ name, to }: Pick<Update, 'name' | 'to'>, content: Content, updates: readonly Pick<Update, 'name'>[]): boolean {
  const [bare, foreign] = name.split(':');
  if (content.name !== bare || content.version !== to) return false;
  return foreign === undefined ? !updates.some((other) => other.name === `${name}:${content.architecture}`) : content.architecture === foreign;
}

async function readContent(file: string): Promise<Content> {
  const { stdout } = await run('dpkg-deb', ['--show', '--showformat=${Package}\\t${Version}\\t${Architecture}', file]);
  const [name = '', version = '', architecture = ''] = stdout.split('\t');
  return { name, version, architecture };
}

/** Whether apt's complaint means that the mirror does not have that version any more, and not that it cannot be reached. */
export function isGone(said: string): boolean {
  return /^E: Version '.*' for '.*' was not found|^E: Unable to locate package|^E: Can't find a source to download|\b404\s+Not Found|File not found - /m.test(
    said,
  );
}
