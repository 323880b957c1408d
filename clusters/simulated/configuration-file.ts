/** The shared configuration on disk: it survives every process of the cluster, so that a hold outlives them all. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { createConfiguration, type Configuration } from './configuration.js';

export interface ConfigurationFile {
  /** The configuration as it is now. */
  current(): Configuration;
  /**
   * Applies a change to the configuration as it is now, in one step that nothing can come between, and writes it to
   * disk before it counts. Answers whether anything changed. Throws what the change throws.
   */
  change(next: (now: Configuration) => Configuration): boolean;
}

/** Opens the configuration of these nodes; nodes that are new are added. */
export function openConfiguration(path: string, nodes: readonly string[]): ConfigurationFile {
  const fresh = createConfiguration(nodes);
  const stored = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Configuration) : fresh;
  let now: Configuration = { ...stored, nodes: { ...fresh.nodes, ...stored.nodes } };
  return {
    current: () => now,
    change(next) {
      const changed = next(now);
      if (changed === now) return false;
      writeWhole(path, JSON.stringify(changed));
      now = changed;
      return true;
    },
  };
}

/** Writes a file so that it is there whole or not at all. */
export function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  const file = openSync(temporary, 'w');
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameSync(temporary, path);
}
