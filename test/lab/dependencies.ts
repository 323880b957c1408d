/** What the lab needs of the host. */
import { existsSync } from 'node:fs';
import { execa } from 'execa';

const programs: Readonly<Record<string, string>> = {
  '/usr/bin/systemd-nspawn': 'systemd-container',
  '/usr/bin/mmdebstrap': 'mmdebstrap',
  '/usr/sbin/ip': 'iproute2',
  '/usr/bin/nsenter': 'util-linux',
  '/usr/bin/apt-ftparchive': 'apt-utils',
  '/usr/bin/dpkg-scanpackages': 'dpkg-dev',
};

/** Installs the missing Debian packages; quick when nothing is missing. */
export async function installDependencies(): Promise<void> {
  const missing = Object.entries(programs).flatMap(([program, name]) => (existsSync(program) ? [] : [name]));
  if (missing.length === 0) return;
  await execa('apt-get', ['update', '-qq'], { stdin: 'ignore' });
  await execa('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { stdin: 'ignore', env: { DEBIAN_FRONTEND: 'noninteractive' } });
}
