/** Reads what apt says of an upgrade that it only simulates. */

/** One package that would be installed or upgraded. */
export interface SimulatedInstall {
  /** With the architecture where it is foreign, as `libc6:i386`. */
  readonly name: string;
  readonly from: string | null;
  readonly to: string;
  readonly origins: readonly string[];
  readonly architecture: string;
}

export interface Simulation {
  readonly installs: readonly SimulatedInstall[];
  readonly removals: readonly string[];
  readonly keptBack: readonly string[];
  /** Kept back because they are phased; newer versions of apt tell. */
  readonly deferred: readonly string[];
}

// Inst NAME [OLD] (NEW LABEL:VERSION/SUITE, LABEL:VERSION/SUITE [ARCH]) [...]; nothing where a source has no Release file.
const install = /^Inst (\S+)(?: \[([^\]]*)\])? \((\S+) (.*) \[([^\]]+)\]\)/;

/** Parses the output of `apt-get --simulate`. Lines of other kinds are apt's comments and passed over. */
export function parseSimulation(output: string): Simulation {
  const lines = output.split('\n');
  const installs = lines.flatMap((line): SimulatedInstall[] => {
    const [, name, from, to, origins, architecture] = install.exec(line) ?? [];
    if (name === undefined || to === undefined || origins === undefined || architecture === undefined) return [];
    return [{ name, from: from ?? null, to, origins: origins.split(', ').filter((origin) => origin !== ''), architecture }];
  });
  return {
    installs,
    removals: lines.flatMap((line) => /^Remv (\S+)/.exec(line)?.[1] ?? []),
    keptBack: listAfter(lines, 'The following packages have been kept back:'),
    deferred: listAfter(lines, 'The following upgrades have been deferred due to phasing:'),
  };
}

/** apt lists names below a heading, indented. */
function listAfter(lines: readonly string[], heading: string): string[] {
  const start = lines.indexOf(heading);
  if (start < 0) return [];
  const below = lines.slice(start + 1);
  const end = below.findIndex((line) => !line.startsWith('  '));
  return (end < 0 ? below : below.slice(0, end)).flatMap((line) => line.trim().split(/\s+/));
}

/** What a package takes. */
export interface PackageSize {
  readonly download: number;
  readonly installed: number;
}

/** Parses `apt-cache show`: the sizes in bytes of each package by `name version architecture`. */
export function parseSizes(output: string): ReadonlyMap<string, PackageSize> {
  return new Map(
    output.split('\n\n').flatMap((stanza): [string, PackageSize][] => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1];
      const [name, version, architecture, size] = [field('Package'), field('Version'), field('Architecture'), field('Size')];
      if (name === undefined || version === undefined || architecture === undefined || size === undefined) return [];
      return [[`${name} ${version} ${architecture}`, { download: Number(size), installed: Number(field('Installed-Size') ?? 0) * 1024 }]];
    }),
  );
}

/** The sizes of a package that would be installed; nothing where they are not known. */
export function sizeOf({ name, to, architecture }: SimulatedInstall, sizes: ReadonlyMap<string, PackageSize>): PackageSize {
  return sizes.get(`${name.split(':')[0]} ${to} ${architecture}`) ?? { download: 0, installed: 0 };
}
