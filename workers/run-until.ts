/** Running workers until they are told to end. */
import type { Worker } from '@temporalio/worker';

/** Runs all workers; when the signal aborts, or one of them fails, all end in order. */
export async function runUntil(workers: readonly Worker[], signal: AbortSignal): Promise<void> {
  const end = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  signal.addEventListener('abort', end);
  try {
    const running = workers.map((worker) => worker.run());
    if (signal.aborted) end();
    // The first failure ends the others too; all are awaited, so that none ends unobserved.
    const guarded = running.map((one) =>
      one.catch((error: unknown) => {
        end();
        throw error;
      }),
    );
    const ends = await Promise.allSettled(guarded);
    const failed = ends.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
