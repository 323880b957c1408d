/** The lab's own apt repositories: one for each kind of update that a run must cope with. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { host } from './host-command.js';

export interface PackageDefinition {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
  /** Further fields of its description, such as `Conflicts`. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Those of its files that belong to the administrator. */
  readonly configurationFiles?: readonly string[];
  /** Lines of the script that runs before it is unpacked. */
  readonly preinst?: string;
  /** Lines of the script that runs after it is unpacked. */
  readonly postinst?: string;
}

/** The kinds of update on offer. */
export const offers = [
  'ordinary',
  'restart',
  'dependent',
  'stack',
  'service',
  'broken',
  'fixed',
  'slow1',
  'slow2',
  'slow3',
  'slow4',
  'slow5',
  'slow6',
] as const;
export type Offer = (typeof offers)[number];

/** What a lab offers unless a test wants otherwise. */
export const usualOffers: readonly Offer[] = ['ordinary', 'restart', 'dependent', 'stack'];

/** The source list with which an offer is switched on in a node. */
export const sourceOf = (offer: string) => `deb [trusted=yes] file:/srv/repo/${offer} ./\n`;

/** While a node has this file, packages of the offers `slow…` do not finish their installation. */
export const slowFile = '/run/cau-demo-wait';

/** Installed in every node from the beginning. */
export const basePackageDefinitions: readonly PackageDefinition[] = [
  'cau-demo-app',
  'cau-demo-kernel',
  'cau-demo-agent',
  'cau-demo-lib',
  'cau-demo-service',
  'cau-demo-broken',
  'cau-demo-slow',
].map((name) => ({ name, version: '1.0' }));

const definitions: Readonly<Record<Exclude<Offer, 'stack'> | 'revealed', readonly PackageDefinition[]>> = {
  ordinary: [{ name: 'cau-demo-app', version: '1.1' }],
  // Debian's kernel does not ask for a restart by itself; packages that do, do it like this.
  restart: [{ name: 'cau-demo-kernel', version: '1.1', postinst: 'touch /run/reboot-required\necho cau-demo-kernel >> /run/reboot-required.pkgs' }],
  // As a release or keyring package opens a new source: what it reveals is seen only after the lists are read again.
  dependent: [{ name: 'cau-demo-agent', version: '1.1', files: { '/etc/apt/sources.list.d/cau-revealed.list': sourceOf('revealed') } }],
  revealed: [{ name: 'cau-demo-lib', version: '1.1', depends: 'cau-demo-agent (>= 1.1)' }],
  // The cluster runs nginx; a package that enables it in systemd starts a second one at boot.
  service: [{ name: 'cau-demo-service', version: '1.1', postinst: 'systemctl enable nginx.service' }],
  broken: [{ name: 'cau-demo-broken', version: '1.1', postinst: 'echo "cau-demo-broken: fails on purpose" >&2\nexit 1' }],
  slow1: [slowUpdate(1)],
  slow2: [slowUpdate(2)],
  slow3: [slowUpdate(3)],
  slow4: [slowUpdate(4)],
  slow5: [slowUpdate(5)],
  slow6: [slowUpdate(6)],
  fixed: [{ name: 'cau-demo-broken', version: '1.2' }],
};

/** An update whose installation lasts as long as its node has `slowFile`, three minutes at most. */
export function slowUpdate(version: number): PackageDefinition {
  return { name: 'cau-demo-slow', version: `1.${version}`, postinst: `for i in $(seq 1800); do [ -e ${slowFile} ] || break; sleep 0.1; done` };
}

/** Makes the packages that every node has from the beginning, and answers their paths. */
export async function buildBasePackages(directory: string): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  return Promise.all(basePackageDefinitions.map((definition) => buildPackage(directory, definition)));
}

/**
 * Lays a copy of all repositories at `directory`. They are made once and kept beside the root file system, whose cluster stack
 * theirs must be newer than.
 */
export async function layRepositories(rootfs: string, directory: string): Promise<void> {
  const key = createHash('sha256').update(JSON.stringify(definitions)).digest('hex').slice(0, 16);
  const made = join(dirname(rootfs), `repositories-${key}`);
  if (!existsSync(made)) {
    // In a place of its own, since two labs may want them at once.
    const making = await mkdtemp(`${made}-`);
    await chmod(making, 0o755);
    await buildRepositories(making);
    await rename(making, made).catch(async (error: unknown) => {
      await rm(making, { recursive: true });
      if (!existsSync(made)) throw error;
    });
  }
  await rm(directory, { recursive: true, force: true });
  await host('cp', '-a', made, directory);
}

async function buildRepositories(directory: string): Promise<void> {
  await Promise.all(
    Object.entries(definitions).map(async ([offer, packages]) => {
      await publish(join(directory, offer), packages);
    }),
  );
  const stack = join(directory, 'stack');
  await mkdir(stack, { recursive: true });
  await repack(stack, 'corosync');
  await index(stack);
}

/** Makes one repository of exactly these packages, in place of what it had. */
export async function publish(directory: string, packages: readonly PackageDefinition[], release: ReleaseNames = usualNames): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await Promise.all(packages.map((definition) => buildPackage(directory, definition)));
  await index(directory, release);
}

/** What a repository calls itself. */
interface ReleaseNames {
  readonly label: string;
  readonly suite: string;
}

const usualNames: ReleaseNames = { label: 'CauLab', suite: '' };

async function buildPackage(directory: string, definition: PackageDefinition): Promise<string> {
  const { name, version, depends, files = {}, postinst, preinst, configurationFiles = [], fields = {} } = definition;
  const tree = await mkdtemp(join(tmpdir(), 'cau-deb-'));
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${fields['Architecture'] ?? 'all'}`,
    'Maintainer: lab <lab@example.invalid>',
    ...(depends === undefined ? [] : [`Depends: ${depends}`]),
    ...Object.entries(fields).flatMap(([field, value]) => (field === 'Architecture' ? [] : [`${field}: ${value}`])),
    'Section: misc',
    'Priority: optional',
    `Description: demonstration package ${name}`,
    '',
  ];
  const content = { '/DEBIAN/control': control.join('\n'), [`/usr/share/${name}/version`]: `${version}\n`, ...files };
  for (const [path, text] of Object.entries(content)) {
    await mkdir(join(tree, path, '..'), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  if (configurationFiles.length > 0) await writeFile(join(tree, 'DEBIAN/conffiles'), `${configurationFiles.join('\n')}\n`);
  for (const [script, lines] of Object.entries({ preinst, postinst }))
    if (lines !== undefined) await writeFile(join(tree, 'DEBIAN', script), `#!/bin/sh\nset -e\n${lines}\n`, { mode: 0o755 });
  await host('chmod', '755', tree, join(tree, 'DEBIAN'));
  const deb = join(directory, `${name}_${version}_${fields['Architecture'] ?? 'all'}.deb`);
  await host('dpkg-deb', '--root-owner-group', '-Zgzip', '-b', tree, deb);
  await rm(tree, { recursive: true });
  return deb;
}

/** A real package of the cluster stack as the archive has it, with a higher version: its own scripts restart the daemon. */
async function repack(directory: string, name: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'cau-repack-'));
  await host('chmod', '777', work);
  await execa('apt-get', ['download', '-qq', name], { cwd: work, stdin: 'ignore' });
  const deb = (await readdir(work)).find((file) => file.endsWith('.deb'));
  if (deb === undefined) throw new Error(`the archive has no package ${name}`);
  const tree = join(work, 'tree');
  await host('dpkg-deb', '-R', join(work, deb), tree);
  const control = join(tree, 'DEBIAN/control');
  await writeFile(control, (await readFile(control, 'utf8')).replace(/^Version: (.*)$/m, 'Version: $1+cau1'));
  await host('dpkg-deb', '-Zgzip', '-b', tree, join(directory, `${name}_cau1.deb`));
  await rm(work, { recursive: true });
}

async function index(directory: string, { label, suite } = usualNames): Promise<void> {
  const packages = await execa('dpkg-scanpackages', ['-m', '.', '/dev/null'], { cwd: directory, stdin: 'ignore' });
  await writeFile(join(directory, 'Packages'), `${packages.stdout}\n`);
  const names = Object.entries({ Origin: 'CauLab', Label: label, Suite: suite }).filter(([, value]) => value !== '');
  const options = names.flatMap(([name, value]) => ['-o', `APT::FTPArchive::Release::${name}=${value}`]);
  const release = await execa('apt-ftparchive', [...options, 'release', '.'], { cwd: directory, stdin: 'ignore' });
  await writeFile(join(directory, 'Release'), `${release.stdout}\n`);
}
