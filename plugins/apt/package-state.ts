/** What dpkg and apt know of the packages on the node. */
import { readFile, readdir } from 'node:fs/promises';
import { run } from './commands.js';

export interface InstalledPackage {
  readonly version: string;
  /** Two letters, wanted and actual state, such as `ii`; a third one marks an error. */
  readonly status: string;
  readonly architecture: string;
  /** What it takes on disk, as its maker said. */
  readonly bytes: number;
}

/** Every package that dpkg knows, by the name that apt gives it: with its architecture where that is foreign. */
export type Packages = ReadonlyMap<string, InstalledPackage>;

/** Every package that dpkg knows. */
export async function readPackages(): Promise<Packages> {
  const fields = ['Package', 'Architecture', 'Version', 'db:Status-Abbrev', 'Installed-Size'];
  const { stdout } = await run('dpkg-query', ['--show', `--showformat=${fields.map((field) => `\${${field}}`).join('\\t')}\\n`]);
  return parsePackages(stdout);
}

/** Parses the lines of `dpkg-query`: name, architecture, version, status, KiB. */
export function parsePackages(output: string): Packages {
  const lines = output.split('\n').map((line) => line.split('\t'));
  // dpkg itself is always of the node's own architecture.
  const own = lines.find(([name]) => name === 'dpkg')?.[1];
  return new Map(
    lines.flatMap(([name, architecture = '', version = '', status = '', kib = '']): [string, InstalledPackage][] =>
      name === undefined || version === ''
        ? []
        : [[aptName(name, architecture, own), { version, status: status.trim(), architecture, bytes: Number(kib) * 1024 }]],
    ),
  );
}

/** Whether exactly this version is there, installed in order; held or not. */
export function isInstalled(packages: Packages, name: string, version: string): boolean {
  const found = packages.get(name);
  return found?.version === version && /^.i$/.test(found.status);
}

/** Whether the administrator holds the package at its version. */
export const isHeld = (packages: Packages, name: string) => packages.get(name)?.status.startsWith('h') === true;

/**
 * Packages that are neither installed nor removed in order. apt does not offer them as upgrades, and fails over them at
 * every later run.
 */
export function findBroken(packages: Packages): string[] {
  return [...packages].filter(([, { status }]) => /^.[UFHWt]|^..R/.test(status)).map(([name]) => name);
}

/** Says of each package in which state it is. */
export function renderStates(packages: Packages, names: readonly string[]): string {
  return names.map((name) => `${name} (${states[packages.get(name)?.status[1] ?? ''] ?? 'must be installed anew'})`).join(', ');
}

/** Whether dpkg was killed before it could write down what it had done. */
export async function isDpkgInterrupted(): Promise<boolean> {
  return (await readdir('/var/lib/dpkg/updates').catch(() => [])).some((name) => /^\d+$/.test(name));
}

/** The packages that apt removes when nothing needs them any more, by the names that `packages` has them. */
export async function readAutoMarks(packages: Packages): Promise<ReadonlySet<string>> {
  const text = await readFile('/var/lib/apt/extended_states', 'utf8').catch(() => '');
  return parseAutoMarks(text, packages.get('dpkg')?.architecture ?? '');
}

/** Parses apt's file of extended states. */
export function parseAutoMarks(text: string, own: string): ReadonlySet<string> {
  return new Set(
    text.split('\n\n').flatMap((stanza) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1];
      const name = field('Package');
      return name === undefined || field('Auto-Installed') !== '1' ? [] : [aptName(name, field('Architecture') ?? own, own)];
    }),
  );
}

const states: Readonly<Record<string, string>> = {
  U: 'unpacked, not configured',
  F: 'half configured',
  H: 'half installed',
  W: 'waits for triggers',
  t: 'has triggers to run',
};

const aptName = (name: string, architecture: string, own: string | undefined) =>
  architecture === 'all' || architecture === own || own === undefined ? name : `${name}:${architecture}`;
