/**
 * Keeps an installation from starting or enabling services that were off. On a cluster node the cluster runs services: one
 * that a package enables starts a second time at boot, and at rejoin the cluster "recovers" it on a healthy node.
 */
import { copyFile, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './commands.js';
import { findStarted, findStillOn, readEnabled, readServiceState, readUnits, type ServiceState } from './service-state.js';

const policyFile = '/usr/sbin/policy-rc.d';
const savedFile = '/usr/sbin/policy-rc.d.before-cau';
const marker = '# cluster-aware-updating: allows only what was running before';
/** What was noted longer ago says nothing about the latest installation: somebody may have enabled services since. */
const notedForMs = 6 * 3_600_000;

export interface ServiceGuard {
  /** Takes the guard away, and turns off what was enabled or started meanwhile. */
  end(): Promise<TurnedOff>;
}

/** Units that were enabled or started by an installation. */
export interface TurnedOff {
  readonly off: readonly string[];
  /** Those that systemd did not turn off. */
  readonly stillOn: readonly string[];
}

/**
 * Puts the guard up. After an installation that was interrupted, what it enabled counts as well: the state before it was
 * noted in `stateDirectory`.
 * @throws CauError as `readServiceState`, before anything is laid
 */
export async function guardServices(stateDirectory: string): Promise<ServiceGuard> {
  const noteFile = join(stateDirectory, 'services-before.json');
  const activeFile = join(stateDirectory, 'active-units');
  await removePolicy();
  const before = (await findNote(noteFile)) ?? (await readServiceState());
  await writeFile(noteFile, JSON.stringify(before));
  await writeFile(activeFile, `${before.active.flatMap((unit) => [unit, unit.replace(/\.service$/, '')]).join('\n')}\n`);
  await layPolicy(await policyScript(activeFile));
  return {
    async end() {
      await removePolicy();
      const news = await turnOff(before);
      await rm(noteFile, { force: true });
      return news;
    },
  };
}

/**
 * Debian's policy-rc.d, which maintainer scripts ask before they start or restart a unit: 101 forbids, 0 allows. Once its
 * owner is gone it forbids nothing, so that a guard that was left behind hurts nobody.
 */
async function policyScript(activeFile: string): Promise<string> {
  const startTime = 's/.*) //; s/^\\(\\S* \\)\\{19\\}\\(\\S*\\).*/\\2/';
  const started = (await readFile(`/proc/${process.pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')[19] ?? '';
  return `#!/bin/sh
${marker}
unit= action=
for word; do case $word in --*) ;; *) if [ -z "$unit" ]; then unit=$word; else action="$action $word"; fi ;; esac; done
case "$action" in *start*)
  if [ "$(sed '${startTime}' /proc/${process.pid}/stat 2>/dev/null)" = ${started} ]; then grep -qxF -e "$unit" '${activeFile}' || exit 101; fi ;;
esac
[ -x ${savedFile} ] && exec ${savedFile} "$@"
exit 0
`;
}

/** At no moment there is half a policy, or the administrator's own is lost. */
async function layPolicy(script: string): Promise<void> {
  if (await exists(policyFile)) await copyFile(policyFile, savedFile);
  await writeFile(`${policyFile}.cau-new`, script, { mode: 0o755 });
  await rename(`${policyFile}.cau-new`, policyFile);
}

async function removePolicy(): Promise<void> {
  const present = await readFile(policyFile, 'utf8').catch(() => '');
  const isOurs = present.includes(marker);
  if (await exists(savedFile)) {
    if (isOurs || present === '') await rename(savedFile, policyFile);
    else await rm(savedFile);
  } else if (isOurs) await rm(policyFile, { force: true });
}

async function turnOff(before: ServiceState): Promise<TurnedOff> {
  const active = new Set(before.active);
  // What the installation did counts more than a systemd that tells nothing at its end; what it enabled stands on disk.
  const [enabledNow, units] = await Promise.all([readEnabled(), readUnits().catch(() => [])]);
  const enabled = enabledNow.filter((unit) => !before.enabled.includes(unit));
  const started = findStarted(units, active);
  // What ran before goes on running: somebody had started it.
  const toStop = [...new Set([...started, ...enabled.filter((unit) => !active.has(unit) && !unit.includes('@.'))])];
  const isDisabled = enabled.length === 0 || (await run('systemctl', ['disable', ...enabled])).exitCode === 0;
  const isStopped = toStop.length === 0 || (await run('systemctl', ['stop', ...toStop])).exitCode === 0;
  // One unit that fails fails them all in the exit code, so each is looked at.
  const after = isDisabled && isStopped ? { enabled: [], active: [] } : await readServiceState().catch(() => ({ enabled, active: toStop }));
  const stillOn = findStillOn(after, enabled, toStop);
  return { off: [...new Set([...enabled, ...started])].filter((unit) => !stillOn.includes(unit)), stillOn };
}

async function findNote(file: string): Promise<ServiceState | null> {
  try {
    const { mtimeMs } = await stat(file);
    return Date.now() - mtimeMs > notedForMs ? null : (JSON.parse(await readFile(file, 'utf8')) as ServiceState);
  } catch {
    return null;
  }
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );
