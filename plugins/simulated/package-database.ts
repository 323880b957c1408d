/** The package data base of a simulated machine: a JSON file, and a log with a line for each installed version. */
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { packageLogFile, type PackageLogLine, type SimulatedUpdate } from '../../clusters/simulated/model.js';

/** One package on the machine. */
export interface Package {
  /** The version that was there before while `half`; null for a package that was not there at all. */
  readonly version: string | null;
  /** `half`: its installation was begun and did not end. */
  readonly status: 'installed' | 'half';
}

export type Packages = Readonly<Record<string, Package>>;

export interface PackageDatabase {
  read(): Packages;
  /** Written whole or not at all. */
  write(name: string, entry: Package): void;
  /** That the installation of a version begins, or with `isDone` that it ended. */
  log(entry: Omit<PackageLogLine, 'at' | 'begun'>, isDone: boolean): void;
  /** Every line of the log, in order; a last one that is not whole was never written. */
  logged(): PackageLogLine[];
  /** What the mirror offers now. */
  offered(): readonly SimulatedUpdate[];
}

/** The package data base in the state directory of a machine. */
export function openPackageDatabase(stateDirectory: string, repositoryFile: string): PackageDatabase {
  const file = join(stateDirectory, 'packages.json');
  const read = (): Packages => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Packages) : {});
  return {
    read,
    write: (name, entry) => writeWhole(file, JSON.stringify({ ...read(), [name]: entry })),
    log(entry, isDone) {
      const line: PackageLogLine = { at: new Date().toISOString(), ...entry, ...(isDone ? {} : { begun: true }) };
      appendFileSync(join(stateDirectory, packageLogFile), `${JSON.stringify(line)}\n`);
    },
    logged() {
      const log = join(stateDirectory, packageLogFile);
      const lines = (existsSync(log) ? readFileSync(log, 'utf8') : '').split('\n').slice(0, -1);
      return lines.map((line) => JSON.parse(line) as PackageLogLine);
    },
    offered: () => JSON.parse(readFileSync(repositoryFile, 'utf8')) as SimulatedUpdate[],
  };
}

function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  const file = openSync(temporary, 'w');
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameSync(temporary, path);
}
