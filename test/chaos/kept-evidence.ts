/** What is kept of a run that went wrong: its histories, ready to be replayed, and everything else as JSON. */
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvidence } from './evidence.js';

let root: Promise<string> | null = null;

/** Writes it down and answers where. */
export async function keepEvidence(name: string, { events, ...evidence }: RunEvidence, more: unknown): Promise<string> {
  root ??= mkdtemp(join(tmpdir(), 'cau-chaos-evidence-'));
  // On other terms there may be one of the same name.
  const directory = await mkdtemp(join(await root, `${name.replaceAll(/[^A-Za-z0-9.-]+/g, '-')}-`));
  await writeFile(join(directory, 'evidence.json'), JSON.stringify({ more, ...evidence }, null, 2));
  for (const workflow of new Set(events.map((event) => event.workflow))) {
    const own = events.filter((event) => event.workflow === workflow).map(({ event }) => event);
    await writeFile(join(directory, `${workflow}.history.json`), JSON.stringify(historyToJSON({ events: own }), null, 2));
  }
  return directory;
}
