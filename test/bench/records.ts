/** What was measured so far, trial by trial, so that a long bench can be done in pieces. */
import { appendFileSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Endings, withEndings } from '../helpers/endings.js';

/** One measurement on a world of its own. */
export interface Trial<T> {
  /** What is measured, and the how manieth time. */
  readonly id: string;
  readonly measure: (endings: Endings) => Promise<T>;
}

const recordSchema = z.object({ id: z.string(), at: z.iso.datetime(), result: z.unknown() });

/** Results by trial, one a line in a file when there is one. */
export class Records {
  private readonly results = new Map<string, unknown>();

  /** @param file absent: they are forgotten with this process */
  constructor(private readonly file?: string) {
    if (file === undefined) return;
    for (const line of readLines(file)) {
      const { id, result } = recordSchema.parse(JSON.parse(line));
      this.results.set(id, result);
    }
  }

  has(id: string): boolean {
    return this.results.has(id);
  }

  add(id: string, result: unknown): void {
    this.results.set(id, result);
    if (this.file !== undefined) appendFileSync(this.file, `${JSON.stringify({ id, at: new Date().toISOString(), result })}\n`);
  }

  /** Those of the trials whose ids begin so, in the order in which they were measured. */
  of<T>(beginning: string): { readonly id: string; readonly result: T }[] {
    return [...this.results].flatMap(([id, result]) => (id.startsWith(beginning) ? [{ id, result: result as T }] : []));
  }
}

/**
 * Measures what is not yet in the records, and begins nothing after that time.
 * @returns how many trials are left
 * @throws Error that names the trials that failed, when all others were measured
 */
export async function measureTrials(
  trials: readonly Trial<unknown>[],
  records: Records,
  endAt: number,
  endings: Endings,
  progress: (line: string) => void,
): Promise<number> {
  const due = trials.filter(({ id }) => !records.has(id));
  const failures: string[] = [];
  let left = due.length;
  for (const { id, measure } of due) {
    if (Date.now() > endAt) break;
    left -= 1;
    const startedAt = Date.now();
    try {
      records.add(id, await withEndings(endings, measure));
      progress(`${id}: measured in ${Math.round((Date.now() - startedAt) / 1000)} s`);
    } catch (error) {
      failures.push(`${id}: ${error instanceof Error ? error.message : String(error)}`);
      progress(failures.at(-1) ?? id);
    }
  }
  if (failures.length > 0) throw new Error(`not measured: ${failures.map((failure) => failure.slice(0, 200)).join('; ')}`);
  return left;
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
