/** What could be seen of a cluster from outside while a run worked on it. */
import type { ClusterDescription } from '../../domain/cluster.js';
import type { SimulatedCluster } from '../../clusters/simulated/simulated-cluster.js';

/** How the cluster looked from `at` (milliseconds since 1970) until the next sight. */
export interface Sight {
  readonly at: number;
  readonly isQuorate: boolean;
  /** Nodes that a run holds and does not keep. */
  readonly held: readonly string[];
  readonly offline: readonly string[];
  /** Roles that a run wants to be somewhere. */
  readonly steered: readonly string[];
}

const lookMs = 20;

/** Looks again and again; the answer of `end` has a sight for every change that was seen. */
export function watchCluster(cluster: Pick<SimulatedCluster, 'description'>): { end(): Sight[] } {
  const sights: Sight[] = [];
  const look = () => {
    const sight = sightOf(cluster.description());
    const last = sights.at(-1);
    if (last === undefined || JSON.stringify({ ...last, at: 0 }) !== JSON.stringify({ ...sight, at: 0 })) sights.push(sight);
  };
  look();
  const timer = setInterval(look, lookMs);
  return {
    end() {
      clearInterval(timer);
      look();
      return sights;
    },
  };
}

function sightOf({ nodes, quorum, preferences = [] }: ClusterDescription): Sight {
  return {
    at: Date.now(),
    isQuorate: quorum.quorate,
    held: nodes.filter((node) => node.hold !== null && node.hold.kept === null).map((node) => node.name),
    offline: nodes.filter((node) => !node.online).map((node) => node.name),
    steered: preferences.map(({ role }) => role),
  };
}
