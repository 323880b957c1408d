/** Recorded histories of runs: one file a path, each with the histories of all workflows that took part. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A workflow's history as the Temporal CLI and Web UI export it. */
export interface RecordedHistory {
  readonly workflowId: string;
  readonly history: unknown;
}

export interface RecordedPath {
  readonly path: string;
  readonly workflows: readonly RecordedHistory[];
}

const directory = fileURLToPath(new URL('recorded/', import.meta.url));

/** Every recorded path, by name. */
export async function readRecordedPaths(): Promise<RecordedPath[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.json')).toSorted();
  return Promise.all(
    files.map(async (file) => ({
      path: file.replace(/\.json$/, ''),
      workflows: JSON.parse(await readFile(`${directory}${file}`, 'utf8')) as RecordedHistory[],
    })),
  );
}

const leftOut = new Map([
  ['identity', 'recorded'],
  ['stackTrace', ''],
]);

/** Writes a path anew; who took each step on which machine, and where a program was, is left out. */
export async function writeRecordedPath({ path, workflows }: RecordedPath): Promise<void> {
  const lines = workflows.map((workflow) => JSON.stringify(workflow, (key, value: unknown) => leftOut.get(key) ?? value));
  await writeFile(`${directory}${path}.json`, `[\n${lines.join(',\n')}\n]\n`);
}
