/**
 * Keeps an installation from starting or enabling services that were off. On a cluster node the cluster runs services: one
 * that a package enables starts a second time at boot, and at rejoin the cluster "recovers" it on a healthy node.
 */
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { run } from './commands.js';

const policyFile = '/usr/sbin/policy-rc.d';
const savedFile = '/usr/sbin/policy-rc.d.before-cau';
const activeFile = '/run/cau-active-units';
const marker = '# cluster-aware-updating: allows only what was running before';

export interface ServiceGuard {
  /** Takes the guard away, turns off what was enabled meanwhile, and answers its units. */
  end(): Promise<string[]>;
}

/** Puts the guard up. One that an interrupted installation left is taken away first. */
export async function guardServices(): Promise<ServiceGuard> {
  await removeLeftGuard();
  const [enabled, active] = await Promise.all([listEnabled(), listActive()]);
  await writeFile(
    activeFile,
    active
      .flatMap((unit) => [unit, unit.replace(/\.service$/, '')])
      .join('\n')
      .concat('\n'),
  );
  if (existsSync(policyFile)) await rename(policyFile, savedFile);
  // Debian's policy-rc.d: 101 forbids, 0 allows. Maintainer scripts ask it before they start or restart a unit.
  await writeFile(
    policyFile,
    `#!/bin/sh
${marker}
case "$2" in *start*) grep -qxF "$1" ${activeFile} || exit 101 ;; esac
[ -x ${savedFile} ] && exec ${savedFile} "$@"
exit 0
`,
  );
  await chmod(policyFile, 0o755);
  return {
    async end() {
      await removeLeftGuard();
      const fresh = (await listEnabled()).filter((unit) => !enabled.includes(unit));
      for (const unit of fresh) await run('systemctl', ['disable', '--now', unit]);
      return fresh;
    },
  };
}

async function removeLeftGuard(): Promise<void> {
  const present = await readFile(policyFile, 'utf8').catch(() => '');
  if (!present.includes(marker)) return;
  if (existsSync(savedFile)) await rename(savedFile, policyFile);
  else await rm(policyFile, { force: true });
}

async function listEnabled(): Promise<string[]> {
  const { stdout } = await run('systemctl', ['list-unit-files', '--state=enabled', '--type=service', '--no-legend', '--plain']);
  return unitsOf(stdout);
}

async function listActive(): Promise<string[]> {
  const { stdout } = await run('systemctl', ['list-units', '--state=active', '--type=service', '--no-legend', '--plain']);
  return unitsOf(stdout);
}

function unitsOf(listing: string): string[] {
  return listing
    .split('\n')
    .flatMap((line) => line.trim().split(/\s+/)[0] ?? [])
    .filter((unit) => unit !== '');
}
