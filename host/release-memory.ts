/** What a node must remember to release itself in order, also when its worker or the node restarts: one small file. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { durationSchema } from '../domain/duration.js';
import { isSameRun, runReferenceSchema, type RunReference } from '../domain/names.js';
import { doubtSchema } from '../domain/release.js';
import { findJson, writeDurably } from './ledger.js';

const memorySchema = z.strictObject({
  /** Runs in doubt that have something in the cluster. */
  doubts: z.array(doubtSchema),
  /** The run that the cluster stack of this node was stopped for, on that boot: while it is down it cannot tell who holds it. */
  stackStopped: z.strictObject({ run: runReferenceSchema, releaseAfter: durationSchema, bootId: z.string() }).nullable(),
  /** Runs whose hold this node ended; should one come back, it must prove that it holds the node again. */
  released: z.array(runReferenceSchema),
});
export type ReleaseMemory = z.infer<typeof memorySchema>;

export interface ReleaseMemoryFile {
  read(): Promise<ReleaseMemory>;
  /** Changes are on disk when this resolves, one after another. */
  change(next: (now: ReleaseMemory) => ReleaseMemory): Promise<void>;
}

const file = 'release.json';
const empty: ReleaseMemory = { doubts: [], stackStopped: null, released: [] };
const maxReleased = 20;

/** The memory in that directory, which is made when it is missing. A file that cannot be read is as none. */
export function openReleaseMemory(directory: string): ReleaseMemoryFile {
  let last: Promise<ReleaseMemory> = findJson(join(directory, file)).then(
    (content) => memorySchema.safeParse(content).data ?? empty,
    () => empty,
  );
  return {
    read: () => last,
    async change(next) {
      const before = last;
      const changing = store(directory, before, next);
      // What could not be written is not remembered; the next change starts from what was.
      last = changing.catch(() => before);
      await changing;
    },
  };
}

async function store(directory: string, before: Promise<ReleaseMemory>, next: (now: ReleaseMemory) => ReleaseMemory): Promise<ReleaseMemory> {
  const now = await before;
  const changed = next(now);
  if (JSON.stringify(changed) === JSON.stringify(now)) return now;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeDurably(directory, file, changed);
  return changed;
}

/** The memory with a run whose hold this node ends. */
export function withReleased(memory: ReleaseMemory, run: RunReference): ReleaseMemory {
  return { ...memory, released: [...memory.released.filter((one) => !isSameRun(one, run)), run].slice(-maxReleased) };
}
