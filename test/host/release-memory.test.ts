import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReleaseMemory, withReleased } from '../../host/release-memory.js';
import { exampleRun, otherRun } from '../domain/example-cluster.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-memory-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const doubt = { run: exampleRun, kind: 'away' as const, since: '2026-01-01T00:00:00.000Z', at: '2026-01-01T00:10:00.000Z', forMs: 600_000 };

describe('what a node remembers of its release', () => {
  it('is there for the next worker: doubts, who stopped its stack, and whom it released', async () => {
    const memory = openReleaseMemory(join(directory, 'release'));
    await Promise.all([
      memory.change((now) => ({ ...now, doubts: [doubt] })),
      memory.change((now) => ({ ...now, stackStopped: { run: exampleRun, releaseAfter: '30m', bootId: 'b1' } })),
      memory.change((now) => withReleased(withReleased(now, otherRun), otherRun)),
    ]);
    expect(await openReleaseMemory(join(directory, 'release')).read()).toEqual({
      doubts: [doubt],
      stackStopped: { run: exampleRun, releaseAfter: '30m', bootId: 'b1' },
      released: [otherRun],
    });
  });

  it('is nothing where the file is none of ours', async () => {
    await writeFile(join(directory, 'release.json'), '{"doubts": 7');
    expect(await openReleaseMemory(directory).read()).toEqual({ doubts: [], stackStopped: null, released: [] });
  });
});
