/**
 * The ledger of a node: every operation that must run at most once has a directory with its start record and, when it
 * ended, its result. Both are on disk (fsync of file and directory) before anything is built upon them.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunReference } from '../domain/names.js';
import type { LedgerEntry } from '../domain/records.js';

/** What is written before an operation is started. */
export interface StartRecord {
  readonly operationId: string;
  readonly bootId: string;
  readonly at: string;
}

export interface Ledger {
  /** The directory of an operation; made when it is missing. */
  directoryOf(operationId: string): Promise<string>;
  findStart(operationId: string): Promise<StartRecord | null>;
  recordStart(record: StartRecord): Promise<void>;
  /** The stored result, or null while there is none. */
  findResult(operationId: string): Promise<unknown>;
  /** Operations that were started and have no result. */
  findUnfinished(): Promise<StartRecord[]>;
  /** Every operation of a run that was begun here, in order of time. */
  listOf(run: RunReference): Promise<LedgerEntry[]>;
}

/** The ledger in `directory`, which is made when it is missing. */
export function createLedger(directory: string): Ledger {
  const pathOf = (operationId: string) => join(directory, createHash('sha256').update(operationId).digest('hex').slice(0, 32));
  return {
    async directoryOf(operationId) {
      const path = pathOf(operationId);
      await mkdir(path, { recursive: true, mode: 0o700 });
      return path;
    },
    async findStart(operationId) {
      return (await findJson(join(pathOf(operationId), 'start.json'))) as StartRecord | null;
    },
    async recordStart(record) {
      await writeDurably(await this.directoryOf(record.operationId), 'start.json', record);
    },
    findResult: (operationId) => findJson(join(pathOf(operationId), resultFile)),
    findUnfinished: async () => (await readOperations(directory)).flatMap(({ start, hasResult }) => (hasResult ? [] : [start])),
    async listOf(run) {
      const entries = (await readOperations(directory)).flatMap(({ start, hasResult }): LedgerEntry[] => {
        const [runId, , step = ''] = start.operationId.split('/');
        return runId === run.firstExecutionRunId ? [{ ...start, step, hasResult }] : [];
      });
      return entries.toSorted((left, right) => left.at.localeCompare(right.at));
    },
  };
}

/** The name of the file in which an operation leaves its result. */
export const resultFile = 'result.json';

/** Writes a JSON file so that it is there whole or not at all, also after a power cut. */
export async function writeDurably(directory: string, name: string, value: unknown): Promise<void> {
  const temporary = join(directory, `.${name}.${process.pid}`);
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(value));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(directory, name));
  const parent = await open(directory, 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

/** Every operation that was begun. */
async function readOperations(directory: string): Promise<{ readonly start: StartRecord; readonly hasResult: boolean }[]> {
  const names = await readdir(directory).catch(() => []);
  const operations = await Promise.all(
    names.map(async (name) => {
      const [start, result] = await Promise.all(['start.json', resultFile].map((file) => findJson(join(directory, name, file))));
      return start === null ? [] : [{ start: start as StartRecord, hasResult: result !== null }];
    }),
  );
  return operations.flat();
}

/** The content of a JSON file, or null when there is no such file. */
export async function findJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
