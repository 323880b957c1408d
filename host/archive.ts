/** The archive of reports on a node: a file per run, kept when Temporal's own retention is over. */
import { mkdir } from 'node:fs/promises';
import type { RunReference } from '../domain/names.js';
import { writeDurably } from './ledger.js';

/** Stores the report of a run; a later one of the same run replaces it. */
export async function archiveReport(directory: string, run: RunReference, report: unknown): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o750 });
  await writeDurably(directory, `${run.firstExecutionRunId}.json`, report);
}
