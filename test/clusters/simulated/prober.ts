/** Asks the stable address of every role again and again, as a client with a new connection each time. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Prober {
  /** Stops asking. Answers who served each role, in order without repetition, and the longest silence in milliseconds. */
  end(): Promise<Record<string, { readonly servers: readonly string[]; readonly failed: number; readonly longestMs: number }>>;
}

const everyMs = 5;
const patienceMs = 1000;

/** Starts asking. */
export function startProber(addresses: Readonly<Record<string, string>>): Prober {
  const ending = new AbortController();
  const series = Object.entries(addresses).map(async ([role, url]) => {
    const servers: string[] = [];
    let failed = 0;
    let longestMs = 0;
    let lastGood = performance.now();
    while (!ending.signal.aborted) {
      const answer = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(patienceMs) }).then(
        (response) => response.text(),
        () => null,
      );
      if (answer === null) failed += 1;
      else {
        longestMs = Math.max(longestMs, performance.now() - lastGood);
        lastGood = performance.now();
        const server = answer.trim().split(' ').at(-1) ?? '';
        if (servers.at(-1) !== server) servers.push(server);
      }
      await delay(everyMs);
    }
    return [role, { servers, failed, longestMs: Math.max(longestMs, performance.now() - lastGood) }] as const;
  });
  return {
    async end() {
      ending.abort();
      return Object.fromEntries(await Promise.all(series));
    },
  };
}
