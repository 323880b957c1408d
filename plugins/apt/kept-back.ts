/** Why apt keeps a package back. */
import { run } from './commands.js';
import { isHeld, type Packages } from './package-state.js';
import { simulateOptions } from './places.js';
import { parseSimulation, type Simulation } from './simulation.js';

export interface KeptBack {
  readonly name: string;
  readonly reason: string;
}

/** The reasons, asked of apt as far as needed: usually nothing is kept back, or all of it is held. */
export async function explainKeptBack(simulation: Simulation, packages: Packages, options: readonly string[]): Promise<KeptBack[]> {
  const names = [...new Set([...simulation.keptBack, ...simulation.deferred])];
  const unexplained = names.filter((name) => !isHeld(packages, name));
  if (unexplained.length === 0) return names.map((name) => ({ name, reason: held }));
  const [full, policy] = await Promise.all([
    run('apt-get', [...simulateOptions, 'dist-upgrade', ...options]),
    run('apt-cache', ['policy', ...options, ...unexplained]),
  ]);
  const phased = new Set([...simulation.deferred, ...findPhased(policy.stdout)]);
  const withRemovals = parseSimulation(full.stdout);
  return names.map((name) => ({ name, reason: isHeld(packages, name) ? held : reasonOf(name, withRemovals, phased) }));
}

/** Packages whose newest version goes to a part of all machines only, by `apt-cache policy`. */
export function findPhased(policy: string): string[] {
  return policy.split(/^(?=\S)/m).flatMap((stanza) => {
    const name = /^(\S+):$/m.exec(stanza)?.[1];
    const candidate = /^ {2}Candidate: (\S+)$/m.exec(stanza)?.[1];
    const isPhased = stanza.split('\n').some((line) => line.trim().startsWith(`${candidate ?? ''} `) && line.includes('(phased '));
    return name === undefined || candidate === undefined || !isPhased ? [] : [name];
  });
}

const held = 'held by the administrator';

function reasonOf(name: string, withRemovals: Simulation, phased: ReadonlySet<string>): string {
  const isOnlyWithRemovals = withRemovals.installs.some((install) => install.name === name);
  if (isOnlyWithRemovals && withRemovals.removals.length > 0) return `needs the removal of ${withRemovals.removals.slice(0, 3).join(', ')}`;
  if (withRemovals.removals.includes(name)) return 'another update needs its removal';
  return phased.has(name) ? 'phased: not dealt out to this cluster yet' : 'its dependencies cannot be met';
}
