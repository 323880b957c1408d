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
  end(): Promise<SeriesResult>;
}

/** Starts sending a request to `url` every `everyMs` milliseconds, whatever the earlier ones do. */
export async function startSeries(url: string, everyMs: number): Promise<Series> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./probe-series-main.ts', import.meta.url)), [url, String(everyMs)], {
    execArgv: ['--import', 'tsx'],
  });
  await once(child, 'message');
  return {
    async end() {
      const answer = once(child, 'message');
      child.send('end');
      const [result] = (await answer) as [SeriesResult];
      child.kill();
      return result;
    },
  };
}
