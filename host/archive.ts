/** The archive of reports on a node: a file per run, kept when Temporal's own retention is over. */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunReference } from '../domain/names.js';
import { writeDurably } from './ledger.js';

/** Stores the report of a run; a later one of the same run replaces it. */
export async function archiveReport(directory: string, run: RunReference, report: unknown): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o750 });
  await writeDurably(directory, `${run.firstExecutionRunId}.json`, report);
}

/** The reports of the latest runs, the newest first, as they were written; what cannot be read is left out. */
export async function readReports(directory: string, count: number): Promise<unknown[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.json'));
  const dated = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(directory, name)).catch(() => null))?.mtimeMs ?? 0 })));
  const latest = dated.toSorted((left, right) => right.at - left.at).slice(0, count);
  const reports = await Promise.all(latest.map(({ name }) => readReport(join(directory, name))));
  return reports.filter((report) => report !== null);
}

async function readReport(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch {
    return null;
  }
}
