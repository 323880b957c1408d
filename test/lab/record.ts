/** Whose a lab is and how it was made: on disk, so that other processes find it and nobody takes it for theirs. */
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { labCommand, type LabPlace } from './place.js';
import { removeTraces } from './traces.js';

const recordSchema = z.object({
  network: z.string(),
  nodes: z.array(z.string()),
  fencing: z.boolean(),
  /** The loopback port of the Temporal service that the node workers reach; null when there are no workers. */
  temporalPort: z.number().nullable(),
  since: z.iso.datetime(),
  /** The process that keeps the machines running, and when it was started, in ticks: process ids are used again. */
  owner: z.object({ pid: z.number(), startedAt: z.string() }),
});

export type LabRecord = z.infer<typeof recordSchema>;

/**
 * Makes the lab of that place this process's own; whatever an earlier one left is removed.
 * @throws Error when a living process has it
 */
export async function claimLab(place: LabPlace, settings: Omit<LabRecord, 'since' | 'owner' | 'network'>): Promise<void> {
  const present = await readRecord(place);
  if (present !== null && isOwned(present)) throw new Error(upAlready(place, present));
  await removeTraces(place);
  await mkdir(place.directory, { recursive: true });
  const owner = { pid: process.pid, startedAt: startOf(process.pid) ?? '' };
  const record: LabRecord = { ...settings, network: place.network, since: new Date().toISOString(), owner };
  try {
    await writeFile(recordFile(place), JSON.stringify(record), { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new Error(`Another process is making the lab ${place.name} now.`, { cause: error });
    throw error;
  }
}

/** The record of the lab at that place; null when there is none. */
export async function readRecord(place: LabPlace): Promise<LabRecord | null> {
  const text = await readFile(recordFile(place), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Whether the process that made the lab is still there to look after it. */
export function isOwned({ owner }: LabRecord): boolean {
  return startOf(owner.pid) === owner.startedAt;
}

/** Whether that process is a keeper of this command line; tests keep their labs themselves. */
export function isKeeper({ owner }: LabRecord): boolean {
  try {
    return readFileSync(`/proc/${owner.pid}/cmdline`, 'utf8').includes('keeper-main');
  } catch {
    return false;
  }
}

/** Says that the lab is there, since when, and how to be rid of it. */
export function upAlready(place: LabPlace, { nodes, since, owner }: LabRecord): string {
  return `The lab ${place.name} is up already: ${nodes.length} nodes, since ${since.slice(0, 19)}Z, kept by process ${owner.pid}. "${labCommand(place, 'down')}" removes it.`;
}

const recordFile = ({ directory }: LabPlace) => join(directory, 'lab.json');

/** When a process was started, in ticks since the start of the host; null when there is no such process, or a dead one. */
function startOf(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
