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
}

// Inst NAME [OLD] (NEW ORIGIN:SUITE, ORIGIN:SUITE [ARCH]) [...]
const install = /^Inst (\S+)(?: \[([^\]]*)\])? \((\S+) (.*) \[([^\]]+)\]\)/;

/** Parses the output of `apt-get --simulate`. Lines of other kinds are apt's comments and passed over. */
export function parseSimulation(output: string): Simulation {
  const lines = output.split('\n');
  const installs = lines.flatMap((line): SimulatedInstall[] => {
    const [, name, from, to, origins, architecture] = install.exec(line) ?? [];
    if (name === undefined || to === undefined || origins === undefined || architecture === undefined) return [];
    return [{ name, from: from ?? null, to, origins: origins.split(', '), architecture }];
  });
  return {
    installs,
    removals: lines.flatMap((line) => /^Remv (\S+)/.exec(line)?.[1] ?? []),
    keptBack: listAfter(lines, 'The following packages have been kept back:'),
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

/** Parses `apt-cache show`: the download size of each package by `name version`. */
export function parseSizes(output: string): ReadonlyMap<string, number> {
  return new Map(
    output.split('\n\n').flatMap((stanza): [string, number][] => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1];
      const [name, version, size] = [field('Package'), field('Version'), field('Size')];
      return name === undefined || version === undefined || size === undefined ? [] : [[`${name} ${version}`, Number(size)]];
    }),
  );
}
