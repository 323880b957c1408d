import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleRun } from '../domain/example-cluster.js';
import { memoryIn, own, workerSteps } from './worker-steps.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-stopped-stack-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** A node whose cluster stack stops when it is told to, and starts when it is told to if it comes up. */
function workerOf({ comesUp }: { readonly comesUp: boolean }) {
  let running = true;
  return workerSteps({
    directory,
    bootId: 'boot1',
    driver: {
      stopStack: () => Promise.resolve(void (running = false)),
      startStack: () => Promise.resolve(void (running = comesUp)),
      stackState: () => Promise.resolve({ running, startsAtBoot: true }),
    },
  });
}
const remembered = async () => (await memoryIn(directory).read()).stackStopped;

describe('a node whose cluster stack a run stopped', () => {
  it('remembers for which run, so that it can start it when that run is over', async () => {
    await workerOf({ comesUp: true }).stopClusterStack({ ...own, run: exampleRun, releaseAfter: '30m' });
    expect(await remembered()).toEqual({ run: exampleRun, releaseAfter: '30m', bootId: 'boot1' });
  });

  it.each([
    [true, null],
    [false, expect.objectContaining({ bootId: 'boot1' })],
  ])('does so until it runs again (%s)', async (comesUp, left) => {
    const worker = workerOf({ comesUp });
    await worker.stopClusterStack({ ...own, run: exampleRun, releaseAfter: '30m' });
    await worker.startClusterStack(own);
    expect(await remembered()).toEqual(left);
  });
});
