/** The root file system of all nodes: made once, cached by what determines it, verified before it is used. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { host } from './host-command.js';
import { buildBasePackages, basePackageDefinitions } from './repository.js';
import { rootfsFiles, rootfsLinks, rootfsPlaces } from './rootfs-files.js';

const suite = 'bookworm';
const packages = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'pacemaker',
  'pacemaker-cli-utils',
  'corosync',
  // Started only in a lab with a quorum device.
  'corosync-qdevice',
  'corosync-qnetd',
  'resource-agents',
  'iproute2',
  'iputils-arping',
  'iputils-ping',
  'procps',
  'nginx-light',
  'curl',
  'ca-certificates',
  // As on most real nodes: both would restart services or the node by themselves, and must not during a run.
  'unattended-upgrades',
  'needrestart',
  // For tools that come by ssh: it is started only in a lab that wants them.
  'openssh-server',
];

/** The path of the rootfs, made or taken from the cache. */
export async function requireRootfs(progress: (line: string) => void): Promise<string> {
  const key = createHash('sha256')
    .update(JSON.stringify([suite, packages, rootfsFiles, rootfsLinks, rootfsPlaces, basePackageDefinitions]))
    .digest('hex')
    .slice(0, 16);
  const directory = join(process.env['CAU_LAB_CACHE'] ?? '/var/cache/cau-lab', key);
  const rootfs = join(directory, 'rootfs');
  const manifest = join(directory, 'manifest.sha256');
  if (existsSync(manifest)) {
    if ((await readFile(manifest, 'utf8')) === (await manifestOf(rootfs))) return rootfs;
    progress('the cached root file system was changed; it is made again');
  }
  progress('making the root file system of the nodes (about half a minute, once)');
  // In a place of its own, since two labs may want the same one at once.
  await mkdir(dirname(directory), { recursive: true });
  const making = await mkdtemp(`${directory}-`);
  try {
    await make(join(making, 'rootfs'), join(making, 'debs'));
    await writeFile(join(making, 'manifest.sha256'), await manifestOf(join(making, 'rootfs')));
    await keep(making, directory);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return rootfs;
}

async function make(root: string, debs: string): Promise<void> {
  await host(
    'mmdebstrap',
    '--quiet',
    '--variant=apt',
    `--include=${packages.join(',')}`,
    '--aptopt=Apt::Install-Recommends "false"',
    '--aptopt=Acquire::Languages "none"',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    suite,
    root,
    await hostMirror(),
  );
  await customise(root, debs);
}

/** Puts a finished one into the cache, unless another process was quicker. */
async function keep(made: string, directory: string): Promise<void> {
  const manifest = await readFile(join(directory, 'manifest.sha256'), 'utf8').catch(() => null);
  if (manifest !== null && manifest === (await manifestOf(join(directory, 'rootfs')))) return;
  await rm(directory, { recursive: true, force: true });
  await rename(made, directory);
}

async function customise(root: string, debs: string): Promise<void> {
  for (const name of [
    'etc/hostname',
    'etc/resolv.conf',
    ...['nginx', 'ssh', 'corosync-qdevice', 'corosync-qnetd'].map((unit) => `etc/systemd/system/multi-user.target.wants/${unit}.service`),
  ])
    await rm(join(root, name), { force: true });
  // Keys that all labs would share.
  for (const name of await readdir(join(root, 'etc/ssh'))) if (name.startsWith('ssh_host_')) await rm(join(root, 'etc/ssh', name));
  // Nothing of the archive in the nodes: only what a test offers.
  await rm(join(root, 'etc/apt/sources.list'), { force: true });
  for (const list of await readdir(join(root, 'etc/apt/sources.list.d'))) await rm(join(root, 'etc/apt/sources.list.d', list));
  for (const { path, content, executable } of rootfsFiles) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    await chmod(join(root, path), executable === true ? 0o755 : 0o644);
  }
  for (const [path, target] of rootfsLinks) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await rm(join(root, path), { force: true });
    await symlink(target, join(root, path));
  }
  for (const path of rootfsPlaces.directories) await mkdir(join(root, path), { recursive: true });
  for (const path of rootfsPlaces.files) await writeFile(join(root, path), '');
  for (const deb of await buildBasePackages(debs)) {
    await host('cp', deb, join(root, 'tmp'));
    await host('chroot', root, 'sh', '-c', 'dpkg -i /tmp/*.deb && rm /tmp/*.deb');
  }
}

/** Every file with its kind, mode, size and time: cheap to make, and changed by any change. */
async function manifestOf(root: string): Promise<string> {
  const listing = await host('find', root, '-printf', '%P %y %m %s %T@\\n').catch(() => '');
  return createHash('sha256').update(listing.split('\n').toSorted().join('\n')).digest('hex');
}

/** The Debian mirror that this host itself uses. */
async function hostMirror(): Promise<string> {
  const directory = '/etc/apt/sources.list.d';
  const names = ['/etc/apt/sources.list', ...(await readdir(directory)).map((name) => join(directory, name))];
  const texts = await Promise.all(names.map((name) => readFile(name, 'utf8').catch(() => '')));
  const mirror = texts
    .map((text) => /^URIs:\s*(\S+)/m.exec(text)?.[1] ?? /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/m.exec(text)?.[1])
    .find((found) => found !== undefined);
  if (mirror === undefined) throw new Error('no Debian mirror is configured on this host');
  return mirror;
}
