/** The plug-in's own places, so that scanning and staging change nothing that another program sees. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface AptPlaces {
  readonly lists: string;
  readonly archives: string;
  readonly cache: string;
  /** A configuration that takes away the hooks with which other programs follow `apt-get update`. */
  readonly quiet: string;
  /** The output of the last installation, for an administrator. */
  readonly log: string;
}

/** Makes the plug-in's own places. */
export async function preparePlaces(stateDirectory: string): Promise<AptPlaces> {
  const at = (...names: string[]) => join(stateDirectory, ...names);
  const places = { lists: at('lists'), archives: at('archives'), cache: at('cache'), quiet: at('quiet.conf'), log: at('installation.log') };
  const directories = [join(places.lists, 'partial'), join(places.archives, 'partial'), places.cache];
  await Promise.all(directories.map((path) => mkdir(path, { recursive: true })));
  await writeFile(places.quiet, quietConfiguration);
  return places;
}

/** The options that make apt use those places, with the sources and pins of the node. */
export function placeOptions({ lists, archives, cache, quiet }: AptPlaces): string[] {
  return ['-c', quiet, '-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`, '-o', `Dir::Cache::archives=${archives}`];
}

/** A simulation would leave its thoughts in apt's own log directory. */
export const simulateOptions: readonly string[] = ['--simulate', '-o', 'Dir::Log::Planner=/dev/null', '-o', 'Dir::Log::Solver=/dev/null'];

/** Without any source apt knows of nothing but the files that it is given: it can neither fetch nor choose anything else. */
export function offlineOptions({ lists, archives, cache }: AptPlaces): string[] {
  const nothing = ['Dir::Etc::sourcelist=/dev/null', 'Dir::Etc::sourceparts=/dev/null', 'Dir::Cache::pkgcache=', 'Dir::Cache::srcpkgcache='];
  return [...nothing, `Dir::State::lists=${lists}/partial`, `Dir::Cache=${cache}`, `Dir::Cache::archives=${archives}`].flatMap((option) => ['-o', option]);
}

// Only a file can clear a list of hooks. They refresh caches and stamps of other programs.
const quietConfiguration = ['Pre-Invoke', 'Post-Invoke', 'Post-Invoke-Success', 'Post-Invoke-Stats']
  .map((hook) => `#clear APT::Update::${hook};\n`)
  .join('')
  .concat('Acquire::Languages "none";\n');
