/** What happens at a time while work goes on; nobody waits for it. */
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/** Something to be done after some time. */
export interface Alarm {
  readonly afterMs: number;
  readonly summary: string;
  ring(): void;
}

/** Lets them ring until the work is over. Without any of them nothing is commanded. */
export async function withAlarms<T>(alarms: readonly Alarm[], work: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope({ cancellable: true });
  for (const { afterMs, summary, ring } of alarms) {
    scope
      .run(() => sleep(Math.max(1, afterMs), { summary }))
      .then(ring)
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
  }
  try {
    return await work();
  } finally {
    scope.cancel();
  }
}
