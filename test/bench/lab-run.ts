/** One run of one tool over a fresh lab, with a client that asks for a service all the while. */
import { join } from 'node:path';
import { Lab, type LabSettings } from '../lab/lab.js';
import { startSeries, type SeriesResult } from '../lab/probe-series.js';
import { labPlace } from '../lab/place.js';
import type { Endings } from '../helpers/endings.js';

/** Not where a lab is usually, so that one that is there is left alone; short enough for the names of its cables. */
export const benchPlace = labPlace('caubch', '10.90.0');
export const nodesDirectory = join(benchPlace.directory, 'nodes');
/** Often enough to tell an interruption to a fiftieth of a second. */
const probeEveryMs = 20;
export const newVersions = [/^cau-demo-app 1\.1$/, /^cau-demo-kernel 1\.1$/, /^cau-demo-agent 1\.1$/, /^cau-demo-lib 1\.1$/, /^corosync .*\+cau1$/];

/** A phase of one node. */
export interface PhaseTime {
  readonly node: string;
  readonly phase: string;
  readonly ms: number;
}

export interface LabRun {
  readonly ms: number;
  readonly phases: readonly PhaseTime[];
  /** Milliseconds of each interruption of the role `web`, which lives on one node at a time. */
  readonly interruptions: readonly number[];
  /** Versions of the tool's own software and of the cluster's, as far as the tool tells. */
  readonly software: readonly string[];
}

/** A lab with fencing and the usual updates on offer, unless wanted otherwise; its end is one of the endings. */
export async function startFreshLab(
  endings: Endings,
  settings: Omit<LabSettings, 'place' | 'nodes'> & { readonly nodes?: LabSettings['nodes'] },
): Promise<Lab> {
  const lab = new Lab({ place: benchPlace, nodes: 4, fencing: true, ...settings });
  const starting = lab.start();
  // A lab that failed to start leaves things too.
  await endings.add(async () => {
    await starting.catch(() => undefined);
    await lab.down();
  });
  await starting;
  return lab;
}

/** Asks for the role `web` as long as the work lasts. */
export async function whileProbed<T>(lab: Lab, endings: Endings, work: () => Promise<T>): Promise<{ readonly result: T; readonly interruptions: number[] }> {
  const starting = startSeries(lab.webUrl, probeEveryMs);
  let ended: Promise<SeriesResult> | null = null;
  const end = async () => (ended ??= (await starting).end());
  await endings.add(end);
  await starting;
  const result = await work();
  return { result, interruptions: (await end()).interruptions.map(({ ms }) => ms) };
}

/** Every node has all new versions, restarted once, and serves again; else the time means nothing. @throws Error that says what is not so */
export async function requireUpdated(lab: Lab): Promise<void> {
  await lab.waitSettled();
  for (const node of lab.nodes) {
    const installed = (await lab.installations(node)).map(({ name, version }) => `${name} ${version}`);
    const missing = newVersions.filter((version) => !installed.some((line) => version.test(line)));
    if (missing.length > 0) throw new Error(`${node} was not updated: ${missing.join(', ')}`);
    const boots = await lab.bootIds(node);
    if (boots.length !== 2) throw new Error(`${node} booted ${boots.length} times instead of twice`);
  }
  const fenced = fencings(lab);
  if (fenced.length > 0) throw new Error(`nodes were fenced: ${fenced.join('; ')}`);
}

/** What fence agents did to nodes. */
export function fencings(lab: Lab): string[] {
  return lab.powerLog.filter((line) => / (reboot|off) /.test(line));
}
