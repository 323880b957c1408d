/** The lab that a command means. */
import type { Command } from 'commander';
import { labCommand, labPlace, type LabPlace } from '../place.js';
import { isOwned, readRecord, type LabRecord } from '../record.js';

export interface FoundLab {
  readonly place: LabPlace;
  readonly record: LabRecord;
  /** False when the process that kept it is dead: its machines may still run, but nobody looks after them. */
  readonly isKept: boolean;
}

/** Where the lab named on the command line lives; its network is the given one, the one it has, or the usual one. */
export async function placeOf(command: Command): Promise<LabPlace> {
  const { lab, network } = command.optsWithGlobals<{ lab: string; network?: string }>();
  if (!/^[a-z][a-z0-9]{0,7}$/.test(lab))
    throw new Error(`--lab: "${lab}" is no name for a lab; allowed are at most 8 small letters and digits, a letter first.`);
  if (network !== undefined && !/^\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(network))
    throw new Error(`--network: "${network}" is not the first three numbers of a network, such as 10.87.0.`);
  const place = labPlace(lab, network);
  const record = network === undefined ? await readRecord(place) : null;
  return record === null ? place : labPlace(lab, record.network);
}

/** The lab named on the command line. @throws Error when it is not up */
export async function requireLab(command: Command): Promise<FoundLab> {
  const place = await placeOf(command);
  const record = await readRecord(place);
  if (record === null) throw new Error(`The lab ${place.name} is not up; "${labCommand(place, 'up 4')}" makes it.`);
  return { place, record, isKept: isOwned(record) };
}

/** @throws Error that names the nodes there are */
export function requireNode({ place, record }: FoundLab, node: string): void {
  if (!record.nodes.includes(node)) throw new Error(`The lab ${place.name} has no node "${node}"; there are: ${record.nodes.join(', ')}.`);
}
