/** Looks at the cluster again and again while tools work on it. */
import type { Lab } from '../../lab/lab.js';
import { viewOfPeers } from './node-look.js';

export interface Watched {
  /** The most nodes that were in standby or away at once. */
  readonly mostOut: number;
  /** Nodes that were away while nothing kept their roles from coming back. */
  readonly unprotected: readonly string[];
}

const everyMs = 300;

/** Looks until told to end; seldom enough to leave the processors to the tools. */
export function watchCluster(lab: Lab): { end(): Promise<Watched> } {
  const over = new AbortController();
  let mostOut = 0;
  const unprotected = new Set<string>();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const view = await viewOfPeers(lab);
      const out = view?.nodes.filter(({ online, standby }) => !online || standby) ?? [];
      mostOut = Math.max(mostOut, out.length);
      for (const { name } of out.filter(({ standby }) => !standby)) unprotected.add(name);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  return {
    async end() {
      over.abort();
      await watching;
      return { mostOut, unprotected: [...unprotected].toSorted() };
    },
  };
}
