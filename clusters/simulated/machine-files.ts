/** Where a simulated cluster keeps what on disk, and what its machines leave there to be read. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CauError } from '../../domain/errors.js';
import { writeWhole } from './configuration-file.js';
import { bootLogFile, packageLogFile, shutdownLogFile, type MachineFile, type PackageLogLine } from './model.js';

const longestSocketPath = 104;

/** The paths of a simulated cluster below its directory. */
export interface ClusterPaths {
  readonly configuration: string;
  readonly addresses: string;
  readonly repository: string;
  /** What happened in the cluster. */
  readonly log: string;
  readonly interconnect: string;
  machineFile(node: string): string;
  state(node: string): string;
  run(node: string): string;
  socket(node: string): string;
}

/** @throws CauError `ConfigurationInvalid` when the directory is too deep for a unix socket */
export function clusterPaths(directory: string, nodes: readonly string[]): ClusterPaths {
  const socket = (node: string) => join(directory, `${node}.socket`);
  const tooLong = nodes.map(socket).find((path) => Buffer.byteLength(path) > longestSocketPath);
  if (tooLong !== undefined)
    throw new CauError('ConfigurationInvalid', `The path ${tooLong} is too long for a socket.`, {
      where: 'directory',
      remedy: 'Choose a directory with a shorter path.',
    });
  return {
    configuration: join(directory, 'configuration.json'),
    addresses: join(directory, 'addresses.json'),
    repository: join(directory, 'repository.json'),
    log: join(directory, 'cluster.log'),
    interconnect: join(directory, 'interconnect'),
    machineFile: (node) => join(directory, `${node}.json`),
    state: (node) => join(directory, `${node}.state`),
    run: (node) => join(directory, `${node}.run`),
    socket,
  };
}

/** Makes the disk of a machine. What is installed there already stays. */
export function prepareMachine(path: string, machine: MachineFile, packages: Readonly<Record<string, string>>): void {
  mkdirSync(machine.stateDirectory, { recursive: true });
  const database = join(machine.stateDirectory, 'packages.json');
  const installed = Object.fromEntries(Object.entries(packages).map(([name, version]) => [name, { version, status: 'installed' }]));
  if (!existsSync(database)) writeWhole(database, JSON.stringify(installed));
  writeWhole(path, JSON.stringify(machine));
}

/** One boot of a machine. */
export interface BootRecord {
  readonly at: string;
  readonly bootId: string;
}

/** Every boot of the machine, in order. */
export const readBootLog = (stateDirectory: string) => readLines<BootRecord>(join(stateDirectory, bootLogFile));

/** Every boot that ended in order. */
export const readShutdownLog = (stateDirectory: string) => readLines<BootRecord>(join(stateDirectory, shutdownLogFile));

/** Everything that was ever installed on the machine, in order. */
export const readInstallLog = async (stateDirectory: string): Promise<PackageLogLine[]> =>
  (await readLines<PackageLogLine>(join(stateDirectory, packageLogFile))).filter((line) => line.begun !== true);

/** What is installed on the machine now, versions by name. */
export async function readInstalledVersions(stateDirectory: string): Promise<Record<string, string>> {
  return Object.fromEntries((await readPackages(stateDirectory)).flatMap(([name, { version }]) => (version === null ? [] : [[name, version]])));
}

/** The packages of the machine whose installation was begun and has not ended. */
export async function readHalfInstalled(stateDirectory: string): Promise<string[]> {
  return (await readPackages(stateDirectory)).flatMap(([name, { status }]) => (status === 'half' ? [name] : []));
}

/** The ports that roles had, so that their addresses are the same after everything was stopped. */
export function readPorts(path: string): Readonly<Record<string, number>> {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>) : {};
}

/** A power cut may have left a last line that is not whole; it never happened. */
async function readLines<T>(path: string): Promise<T[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}

async function readPackages(stateDirectory: string): Promise<[string, { version: string | null; status: string }][]> {
  return Object.entries(JSON.parse(await readFile(join(stateDirectory, 'packages.json'), 'utf8')));
}
