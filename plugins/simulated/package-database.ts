/** The package data base of a simulated machine: a JSON file, and a log with a line for each installed version. */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedUpdate } from '../../clusters/simulated/model.js';

interface Package {
  readonly version: string;
  /** `half`: its installation was begun and did not end. */
  readonly status: 'installed' | 'half';
}

export type Packages = Record<string, Package>;

export interface PackageDatabase {
  read(): Packages;
  /** Written whole or not at all. */
  write(name: string, entry: Package): void;
  log(name: string, version: string, bootId: string): void;
  offered(): readonly SimulatedUpdate[];
}

export function openPackageDatabase(stateDirectory: string, repositoryFile: string): PackageDatabase {
  const file = join(stateDirectory, 'packages.json');
  const read = (): Packages => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Packages) : {});
  return {
    read,
    write(name, entry) {
      const temporary = `${file}.${process.pid}`;
      writeFileSync(temporary, JSON.stringify({ ...read(), [name]: entry }));
      renameSync(temporary, file);
    },
    log: (name, version, bootId) =>
      appendFileSync(join(stateDirectory, 'packages.log'), `${JSON.stringify({ at: new Date().toISOString(), bootId, name, version })}\n`),
    offered: () => JSON.parse(readFileSync(repositoryFile, 'utf8')) as SimulatedUpdate[],
  };
}
