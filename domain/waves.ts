/**
 * Which nodes may be worked on at once: those whose votes the quorum can spare together, and of which no role needs one
 * while the others are away. Pure; the run asks it again with what the cluster is like before it begins a further node.
 */
import type { ClusterDescription } from './cluster.js';
import type { RunOptions } from './options.js';
import { isFailure, type NodeOutcome } from './outcomes.js';
import { decideQuorum } from './quorum.js';
import type { Finding } from './report.js';
import { renderVerdict, verdictOf, type Verdict } from './verdict.js';

/** The nodes each of which alone could keep the role serving: they are allowed for it, and its copy there can be promoted. */
export interface RoleCandidates {
  readonly role: string;
  readonly nodes: readonly string[];
}

/** What tells which nodes may be away together. */
export interface WaveFacts {
  readonly cluster: ClusterDescription;
  readonly candidates: readonly RoleCandidates[];
  /** Roles may be down meanwhile. */
  readonly allowOutage: boolean;
}

/** Up to this many nodes the fewest waves are found for certain; for more, waves are filled in order. */
const exactUpTo = 10;

/**
 * Whether all these nodes may be away at once. What holds for a set holds for each part of it: fewer nodes away leave
 * more votes and more places.
 */
export function decideTogether({ cluster, candidates, allowOutage }: WaveFacts, nodes: readonly string[]): Verdict {
  const quorum = decideQuorum(cluster, nodes);
  if (quorum.state !== 'met' || allowOutage) return quorum;
  const wanting = candidates.filter((role) => role.nodes.every((node) => nodes.includes(node)));
  return verdictOf(wanting.map(({ role }) => `role "${role}" would serve nowhere without ${nodes.join(' and ')}`));
}

/**
 * The nodes in waves of at most `limit`, each of which may be away at once; earlier nodes come in earlier waves as far as that
 * makes no more waves. A node that may not even be away alone is a wave of its own: what keeps it is decided when its turn comes.
 */
export function decideWaves(facts: WaveFacts, nodes: readonly string[], limit: number): string[][] {
  if (limit <= 1) return nodes.map((node) => [node]);
  return nodes.length <= exactUpTo ? fewestWaves(facts, nodes, limit) : filledWaves(facts, nodes, limit);
}

/** A node that may not be begun yet, and why. */
export interface HeldBack {
  readonly node: string;
  readonly reason: string;
}

/**
 * The node to begin next beside those at work, or why each of them may not be. Of those that may, it is one that leaves the fewest
 * waves for the others, and among these the first.
 * @param waiting in the order of the plan
 */
export function nextBeside(
  facts: WaveFacts,
  waiting: readonly string[],
  atWork: readonly string[],
  limit: number,
): { readonly node: string } | { readonly heldBack: readonly HeldBack[] } {
  const heldBack: HeldBack[] = [];
  let best: { readonly node: string; readonly waves: number } | null = null;
  for (const node of waiting) {
    const verdict = decideTogether(facts, [...atWork, node]);
    if (verdict.state !== 'met') {
      heldBack.push({ node, reason: renderVerdict(verdict) });
      continue;
    }
    const rest = waiting.filter((other) => other !== node);
    const waves = decideWaves(facts, rest, limit).length;
    if (best === null || waves < best.waves) best = { node, waves };
  }
  return best === null ? { heldBack } : { node: best.node };
}

/**
 * That fewer nodes are taken at once than were asked for, and why.
 * @param turns the waves of each group of nodes that is done before the next
 */
export function waveFindings(
  facts: WaveFacts,
  turns: readonly (readonly (readonly string[])[])[],
  { maxParallelNodes }: Pick<RunOptions, 'maxParallelNodes'>,
): Finding[] {
  const most = Math.max(0, ...turns.flat().map((wave) => wave.length));
  if (most >= maxParallelNodes) return [];
  const wider = turns.flatMap((waves) => {
    const fullest = waves.find((wave) => wave.length === most);
    return fullest === undefined ? [] : waves.flat().flatMap((node) => (fullest.includes(node) ? [] : [[...fullest, node]]));
  });
  const verdicts = wider.map((nodes) => decideTogether(facts, nodes));
  if (verdicts.length === 0 || verdicts.some(({ state }) => state === 'met')) return [];
  const [reason = ''] = verdicts.flatMap((verdict) => (verdict.state === 'waiting' ? verdict.reasons : []));
  return [
    {
      id: 'plan.waves',
      severity: 'note',
      message: `${most === 1 ? 'Nodes are worked on one at a time' : `At most ${most} nodes are worked on at once`} although maxParallelNodes is ${maxParallelNodes}: ${reason}.`,
      remedy: 'Nothing is needed for a run. A quorum device, or more places for the roles, would allow more nodes at once.',
      skipped: false,
    },
  ];
}

/**
 * How many nodes may be worked on at once by now: one less for each that failed, since what failed there may fail on others;
 * and one until the first node is approved, where all others wait for that.
 */
export function parallelLimit(
  { maxParallelNodes, approval }: Pick<RunOptions, 'maxParallelNodes' | 'approval'>,
  outcomes: readonly NodeOutcome[],
  isRestGranted: boolean,
): number {
  if (approval === 'firstNode' && !isRestGranted) return 1;
  return Math.max(1, maxParallelNodes - outcomes.filter(isFailure).length);
}

/** By dynamic programming over the sets of nodes that are left; each set's first node is in its first wave. */
function fewestWaves(facts: WaveFacts, nodes: readonly string[], limit: number): string[][] {
  const fits = new Map<number, boolean>();
  const mayBeAway = (set: number): boolean => {
    const known = fits.get(set);
    if (known !== undefined) return known;
    const answer = decideTogether(facts, namesIn(set)).state === 'met';
    fits.set(set, answer);
    return answer;
  };
  const namesIn = (set: number) => nodes.filter((_, index) => (set & (1 << index)) !== 0);
  const found = new Map<number, readonly number[]>([[0, []]]);
  const wavesOf = (left: number): readonly number[] => {
    const known = found.get(left);
    if (known !== undefined) return known;
    let best: readonly number[] | null = null;
    for (const wave of wavesOfFirst(left, limit, mayBeAway)) {
      const rest = wavesOf(left & ~wave);
      if (best === null || rest.length + 1 < best.length) best = [wave, ...rest];
    }
    found.set(left, best ?? []);
    return best ?? [];
  };
  return wavesOf((1 << nodes.length) - 1).map(namesIn);
}

/** Every wave that the first node of the set can be in: fuller ones with earlier nodes first, alone last. */
function wavesOfFirst(left: number, limit: number, mayBeAway: (set: number) => boolean): number[] {
  const first = left & -left;
  const grow = (wave: number, others: number, room: number): number[] => {
    if (room === 0 || others === 0) return [wave];
    const next = others & -others;
    const after = others & ~next;
    const wider = wave | next;
    return [...(mayBeAway(wider) ? grow(wider, after, room - 1) : []), ...grow(wave, after, room)];
  };
  return grow(first, left & ~first, limit - 1);
}

/** Each node in the first wave that it fits in. */
function filledWaves(facts: WaveFacts, nodes: readonly string[], limit: number): string[][] {
  const waves: string[][] = [];
  for (const node of nodes) {
    const open = waves.find((wave) => wave.length < limit && decideTogether(facts, [...wave, node]).state === 'met');
    if (open === undefined) waves.push([node]);
    else open.push(node);
  }
  return waves;
}
