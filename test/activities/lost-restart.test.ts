import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleRun } from '../domain/example-cluster.js';
import { own, workerSteps } from './worker-steps.js';

const asked = { ...own, run: exampleRun, pass: 1 };

let directory: string;
let restarts: string[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-lost-restart-'));
  restarts = [];
});
afterEach(() => rm(directory, { recursive: true }));

/** A worker of that name on that boot; all workers of the node share its disk. */
const startWorker = (name: string, bootId: string) => workerSteps({ directory, bootId, restartAfterReply: () => void restarts.push(name) });

describe('a worker that answers on the old boot although a restart was asked for', () => {
  it('does the restart that the worker before it did not come to', async () => {
    expect(await startWorker('first', 'boot1').restartNode({ ...asked, expectedBootId: 'boot1' })).toBe('restarting');
    await expect(startWorker('second', 'boot1').confirmRestarted({ ...asked, previousBootId: 'boot1' })).rejects.toThrow('still on boot boot1');
    expect(restarts).toEqual(['first', 'second']);
    expect(await startWorker('third', 'boot2').confirmRestarted({ ...asked, previousBootId: 'boot1' })).toEqual({ bootId: 'boot2' });
    expect(restarts).toEqual(['first', 'second']);
  });

  it('restarts nothing when that restart was of an earlier boot, or of another pass', async () => {
    await startWorker('first', 'boot1').restartNode({ ...asked, expectedBootId: 'boot1' });
    const next = startWorker('next', 'boot2');
    await expect(next.confirmRestarted({ ...asked, previousBootId: 'boot2' })).rejects.toThrow('still on boot boot2');
    await expect(next.confirmRestarted({ ...asked, pass: 2, previousBootId: 'boot2' })).rejects.toThrow('still on boot boot2');
    expect(restarts).toEqual(['first']);
  });
});
