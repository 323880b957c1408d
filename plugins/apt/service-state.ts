/** Which units systemd starts at boot, and which it runs now. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CauError } from '../../domain/errors.js';
import { lastLines, run, type Said } from './commands.js';

export interface ServiceState {
  /** Units that start at boot. */
  readonly enabled: readonly string[];
  /** Units that run, by every name they have. */
  readonly active: readonly string[];
}

/** A unit as systemd describes it. */
export type Unit = Readonly<Record<string, string>>;

const kinds = 'service,socket,timer,path';

/** The units as they are now. @throws CauError as `readUnits` */
export async function readServiceState(): Promise<ServiceState> {
  const [enabled, units] = await Promise.all([readEnabled(), readUnits()]);
  return { enabled, active: units.filter(isActive).flatMap((unit) => namesOf(unit)) };
}

/**
 * Units that start at boot: what other units want, by the links that "systemctl enable" makes, and scripts of runlevels.
 * Read from disk, since "systemctl list-unit-files" takes seconds.
 */
export async function readEnabled(): Promise<string[]> {
  const [wanting, levels, units] = await Promise.all([
    namesIn(unitDirectory, /\.(?:wants|requires|upholds)$/),
    namesIn('/etc', /^rc[2-5S]\.d$/),
    Promise.all(unitDirectories.map((directory) => namesIn(directory, /\.service$/))),
  ]);
  const [wanted, scripts] = await Promise.all([
    Promise.all(wanting.map((name) => namesIn(join(unitDirectory, name), /\.(?:service|socket|timer|path)$/))),
    Promise.all(levels.map((name) => namesIn(join('/etc', name), /^S\d\d/))),
  ]);
  return [...new Set([...wanted.flat(), ...findEffective(scripts.flat(), new Set(units.flat()))])];
}

/**
 * What links of runlevels, such as `S01nginx`, start at boot. Where there is a unit of that name systemd goes by the unit alone, and a link that
 * was left when that was disabled must not make it count as enabled before an update enables it.
 */
export function findEffective(links: readonly string[], units: ReadonlySet<string>): string[] {
  return links.map((link) => `${link.slice(3)}.service`).filter((unit) => !units.has(unit));
}

const unitDirectory = '/etc/systemd/system';
/** Where systemd finds units; those that it makes of scripts are elsewhere. */
const unitDirectories = [unitDirectory, '/run/systemd/system', '/usr/local/lib/systemd/system', '/lib/systemd/system', '/usr/lib/systemd/system'];
const namesIn = async (directory: string, pattern: RegExp) => (await readdir(directory).catch(() => [])).filter((name) => pattern.test(name));

/** Every unit that systemd has loaded. @throws CauError as `requireUnits` */
export async function readUnits(): Promise<Unit[]> {
  return requireUnits(await run('systemctl', ['show', '*', '--property=Id,Names,ActiveState,UnitFileState,DropInPaths,TriggeredBy', `--type=${kinds}`]));
}

/**
 * The units that `systemctl show` told. Where it told none, every service would later count as started by the installation.
 * @throws CauError `InstallFailed`
 */
export function requireUnits({ exitCode, stdout, all }: Said): Unit[] {
  const units = parseUnits(stdout);
  if (exitCode === 0 && units.length > 0) return units;
  const words = exitCode === 0 ? 'It named no unit.' : lastLines(all);
  throw new CauError('InstallFailed', `"systemctl show" does not tell which services run on this node. ${words}`.trimEnd(), {
    where: 'systemctl',
    remedy: 'See that "systemctl list-units" answers on the node ("systemctl daemon-reexec" may help), then begin again.',
  });
}

/** Parses the stanzas of `systemctl show`. */
export function parseUnits(output: string): Unit[] {
  return output
    .split('\n\n')
    .map((stanza) => Object.fromEntries(stanza.split('\n').flatMap((line) => (line.includes('=') ? [split(line)] : []))))
    .filter((unit) => unit['Id'] !== undefined);
}

/**
 * Services that run now and did not before, as far as only an installation can have started them: not what the cluster
 * manager runs, and not what a socket or timer woke.
 */
export function findStarted(units: readonly Unit[], activeBefore: ReadonlySet<string>): string[] {
  return units
    .filter((unit) => isActive(unit) && (unit['Id'] ?? '').endsWith('.service') && !namesOf(unit).some((name) => activeBefore.has(name)))
    .filter((unit) => /^(enabled|disabled|generated|indirect)$/.test(unit['UnitFileState'] ?? ''))
    .filter((unit) => !(unit['DropInPaths'] ?? '').includes('/50-pacemaker.conf'))
    .filter((unit) => !words(unit['TriggeredBy']).some((name) => activeBefore.has(name)))
    .map((unit) => unit['Id'] ?? '');
}

/** What was to be disabled and is enabled, or was to be stopped and runs. */
export function findStillOn({ enabled, active }: ServiceState, toDisable: readonly string[], toStop: readonly string[]): string[] {
  return [...new Set([...toDisable.filter((unit) => enabled.includes(unit)), ...toStop.filter((unit) => active.includes(unit))])];
}

const isActive = (unit: Unit) => /^(active|activating|reloading)$/.test(unit['ActiveState'] ?? '');
const words = (text = '') => text.split(' ').filter((word) => word !== '');
const namesOf = (unit: Unit) => [...new Set([...words(unit['Id']), ...words(unit['Names'])])];

function split(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}
