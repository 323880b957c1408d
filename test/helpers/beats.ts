/** The heartbeats of an activity that is tried by itself. */
import type { MockActivityEnvironment } from '@temporalio/testing';

/** What it told, as it comes; `heard` resolves as soon as it told so often, for work that lasts until somebody hears of it. */
export function listenToBeats(environment: MockActivityEnvironment, times: number): { readonly beats: readonly unknown[]; readonly heard: Promise<void> } {
  const beats: unknown[] = [];
  const heard = new Promise<void>((resolve) => {
    environment.on('heartbeat', (details: unknown) => {
      if (beats.push(details) >= times) resolve();
    });
  });
  return { beats, heard };
}
