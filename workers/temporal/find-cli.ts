/** Finds a Temporal CLI, or gets one. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CauError } from '../../domain/errors.js';
import { buildCli } from './build-cli.js';
import { cachedCliPath, examineCachedCli } from './cli-cache.js';
import { examineCli } from './cli-version.js';

/**
 * The path of a usable Temporal CLI: `CAU_TEMPORAL_CLI`, else `temporal` on the PATH if it is recent enough, else our
 * cache, else one built from the pinned Go module.
 * @param progress told a line now and then while one is built
 * @throws CauError `TemporalNotFound` that says of each way why it failed
 */
export async function findTemporalCli(progress: (line: string) => void): Promise<string> {
  const tried: string[] = [];
  const given = process.env['CAU_TEMPORAL_CLI'];
  if (given !== undefined && given !== '') {
    const verdict = await examineCli(given);
    if (verdict.usable) return given;
    // What was named on purpose is not silently replaced by something else.
    throw new CauError('TemporalNotFound', `CAU_TEMPORAL_CLI names ${given}, but ${verdict.reason}.`, {
      where: 'CAU_TEMPORAL_CLI',
      remedy: 'Correct or unset CAU_TEMPORAL_CLI.',
    });
  }
  const onPath = findOnPath();
  if (onPath === null) tried.push('no "temporal" is on the PATH');
  else {
    const verdict = await examineCli(onPath);
    if (verdict.usable) return onPath;
    tried.push(`${onPath}: ${verdict.reason}`);
  }
  const cached = await cachedCliPath();
  const state = await examineCachedCli(cached);
  if (state === 'whole' && (await examineCli(cached)).usable) return cached;
  if (state === 'damaged') progress(`the Temporal CLI in the cache (${cached}) is damaged; it is built again`);
  tried.push(`the cache ${cached} has ${state === 'missing' ? 'none' : 'a damaged one'}`);
  const result = await buildCli(cached, progress);
  let remedy = 'Install Go 1.21 or newer (with access to its modules), put a Temporal CLI on the PATH, or name one in CAU_TEMPORAL_CLI.';
  if (!result.built) {
    tried.push(result.reason);
    remedy = result.remedy ?? remedy;
  } else {
    const verdict = await examineCli(cached);
    if (verdict.usable) return cached;
    tried.push(`the one built is unusable: ${verdict.reason}`);
  }
  throw new CauError('TemporalNotFound', `No usable Temporal CLI: ${tried.join('; ')}.`, { remedy });
}

function findOnPath(): string | null {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  return directories.map((directory) => join(directory, 'temporal')).find((path) => existsSync(path)) ?? null;
}
