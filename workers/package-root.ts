/** Where the files of this package are, from sources and from the compiled code alike. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory with the `package.json` of this product, and its version. */
export function findPackage(): { readonly root: string; readonly version: string } {
  for (let directory = dirname(fileURLToPath(import.meta.url)); ; directory = dirname(directory)) {
    const file = join(directory, 'package.json');
    if (existsSync(file)) {
      const manifest = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
      if (manifest.name === 'cluster-aware-updating') return { root: directory, version: manifest.version ?? '0' };
    }
    if (directory === dirname(directory)) throw new Error('package.json of cluster-aware-updating was not found');
  }
}

/** The directory of the profiles that come with the product. */
export function shippedProfiles(): string {
  return join(findPackage().root, 'profiles');
}
