/** An open-loop series of HTTP requests, in a process of its own so that nothing else delays it. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a client would have met. With `retried` a failed request is repeated once, as a client that fails over does. */
export interface SeriesResult {
  readonly requests: number;
  /** Requests whose first attempt failed. */
  readonly failedOnce: number;
  /** Requests that failed although they were repeated. */
  readonly failed: number;
  readonly interruptions: readonly { readonly from: string; readonly ms: number; readonly before: string; readonly after: string }[];
  /** The failed requests, one after another in a row: when the first was sent, for how long others were, and why the repetitions failed. */
  readonly failures: readonly { readonly from: string; readonly ms: number; readonly requests: number; readonly reasons: readonly string[] }[];
  /** The longest time for which the series' own process did not get to work: what it took for an interruption may have been its own. */
  readonly stalledMs: number;
}

export interface Series {
  readonly pid: number | undefined;
  /** Ends it, once it has sent at least that many requests. @throws Error when its process is gone */
  end(atLeast?: number): Promise<SeriesResult>;
}

/** How long an attempt waits: less than the second after which TCP repeats its first packet, whose answer would hide an interruption. */
const impatientMs = 500;

/**
 * A usual patience, which HTTP clients surpass: TCP repeats a packet that was lost while the address moved after one
 * second, and again after three. On a machine that is short of processors a move takes longer than that second.
 */
export const usualPatienceMs = 5000;

/**
 * Starts sending a request to `url` every `everyMs` milliseconds, whatever the earlier ones do.
 * @param attemptMs how long a client waits for the answer to one attempt
 */
export async function startSeries(url: string, everyMs: number, attemptMs = impatientMs): Promise<Series> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./probe-series-main.ts', import.meta.url)), [url, String(everyMs), String(attemptMs)], {
    execArgv: ['--import', 'tsx'],
  });
  await messageOf(child);
  return {
    pid: child.pid,
    async end(atLeast = 0) {
      const answer = messageOf(child);
      // A closed channel is told by the answer that does not come.
      child.send(atLeast, () => undefined);
      const result = await answer;
      child.kill();
      return result as SeriesResult;
    },
  };
}

/** Its next message. A process that ended sends none, and must not be waited for. */
async function messageOf(child: ChildProcess): Promise<unknown> {
  const listening = new AbortController();
  const { signal } = listening;
  const ended = () => new Error(`the process of the series ended (${child.signalCode ?? `code ${child.exitCode}`})`);
  try {
    if (child.exitCode !== null || child.signalCode !== null) throw ended();
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as unknown),
      once(child, 'exit', { signal }).then(() => {
        throw ended();
      }),
    ]);
  } finally {
    listening.abort();
  }
}
