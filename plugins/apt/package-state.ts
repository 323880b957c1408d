/** What dpkg says of the packages on the node. */
import { run } from './commands.js';

export interface InstalledPackage {
  readonly version: string;
  /** Two letters, wanted and actual state, such as `ii`; a third one marks an error. */
  readonly status: string;
}

/** Every package that dpkg knows, by name (with its architecture where it is foreign). */
export async function readPackages(): Promise<ReadonlyMap<string, InstalledPackage>> {
  const { stdout } = await run('dpkg-query', ['--show', '--showformat=${binary:Package}\\t${Version}\\t${db:Status-Abbrev}\\n']);
  return parsePackages(stdout);
}

/** Parses the lines of `dpkg-query`: name, version, status. */
export function parsePackages(output: string): ReadonlyMap<string, InstalledPackage> {
  return new Map(
    output.split('\n').flatMap((line): [string, InstalledPackage][] => {
      const [name, version, status] = line.split('\t');
      return name === undefined || version === undefined || status === undefined ? [] : [[name, { version, status: status.trim() }]];
    }),
  );
}

/** The package by the name that apt gives it: dpkg adds the architecture to multi-arch packages also where it is the own. */
export function findPackage(packages: ReadonlyMap<string, InstalledPackage>, name: string): InstalledPackage | undefined {
  if (packages.has(name)) return packages.get(name);
  return [...packages].find(([known]) => known.startsWith(`${name}:`))?.[1];
}

/**
 * Packages that are neither installed nor removed in order. apt does not offer them as upgrades, and fails over them at
 * every later run.
 */
export function findBroken(packages: ReadonlyMap<string, InstalledPackage>): string[] {
  return [...packages].filter(([, { status }]) => /^.[UFHWt]|R$/.test(status)).map(([name, { status }]) => `${name} (${status})`);
}

/** The packages with a mark: `auto`, `hold`. */
export async function readMarks(mark: 'auto' | 'hold'): Promise<ReadonlySet<string>> {
  const { stdout } = await run('apt-mark', [`show${mark}`]);
  return new Set(stdout.split('\n').filter((line) => line !== ''));
}
