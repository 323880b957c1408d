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
}

export interface Series {
  /** Ends it, once it has sent at least that many requests. */
  end(atLeast?: number): Promise<SeriesResult>;
}

/** How long an attempt waits: less than the second after which TCP repeats its first packet, whose answer would hide an interruption. */
const impatientMs = 500;

/**
 * Starts sending a request to `url` every `everyMs` milliseconds, whatever the earlier ones do.
 * @param attemptMs how long a client waits for the answer to one attempt
 */
export async function startSeries(url: string, everyMs: number, attemptMs = impatientMs): Promise<Series> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./probe-series-main.ts', import.meta.url)), [url, String(everyMs), String(attemptMs)], {
    execArgv: ['--import', 'tsx'],
  });
  await once(child, 'message');
  return {
    async end(atLeast = 0) {
      const answer = once(child, 'message');
      child.send(atLeast);
      const [result] = (await answer) as [SeriesResult];
      child.kill();
      return result;
    },
  };
}
