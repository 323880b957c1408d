/** What the lab needs of the host. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { execa } from 'execa';

/** Programs, each with the Debian package that has it. */
export type Programs = Readonly<Record<string, string>>;

const labPrograms: Programs = {
  '/usr/bin/systemd-nspawn': 'systemd-container',
  '/usr/bin/mmdebstrap': 'mmdebstrap',
  '/usr/sbin/ip': 'iproute2',
  '/usr/bin/nsenter': 'util-linux',
  '/usr/bin/apt-ftparchive': 'apt-utils',
  '/usr/bin/dpkg-scanpackages': 'dpkg-dev',
};

/** Installs the missing Debian packages; quick when nothing is missing. */
export async function installDependencies(progress: (line: string) => void, programs = labPrograms): Promise<void> {
  const missing = Object.entries(programs).flatMap(([program, name]) => (existsSync(program) ? [] : [name]));
  // The repositories of the lab hold a package of Debian's own, which apt must know.
  if (missing.length > 0 || !(await knowsPackages())) await execa('apt-get', ['update', '-qq'], { stdin: 'ignore' });
  if (missing.length === 0) return;
  progress(`installing on this host: ${missing.join(' ')}`);
  // Another lab may be installing the same.
  const options = ['-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'];
  await execa('apt-get', ['install', ...options, ...missing], { stdin: 'ignore', env: { DEBIAN_FRONTEND: 'noninteractive' } });
}

async function knowsPackages(): Promise<boolean> {
  return (await readdir('/var/lib/apt/lists')).some((name) => name.includes('_Packages'));
}
