/** A way into the nodes by ssh, for tools that come from outside. Its keys live and die with the lab. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installDependencies } from './dependencies.js';
import { host } from './host-command.js';
import type { LabMachine } from './machine.js';
import { nodeAddress, nodeDirectory, type LabPlace } from './place.js';

/** Files on the host with which root of every node is reached. */
export interface SshAccess {
  readonly identityFile: string;
  readonly knownHostsFile: string;
}

const keyName = 'ssh_host_ed25519_key';
const clients = { '/usr/bin/ssh': 'openssh-client' };

export const sshDirectory = ({ directory }: LabPlace) => join(directory, 'ssh');

/** Makes a key for the host and one for each node. */
export async function makeSshAccess(place: LabPlace, nodes: readonly string[], progress: (line: string) => void): Promise<SshAccess> {
  await installDependencies(progress, clients);
  const directory = sshDirectory(place);
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o700);
  await Promise.all(['id', ...nodes].map((name) => host('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', place.name, '-f', join(directory, name))));
  const access = { identityFile: join(directory, 'id'), knownHostsFile: join(directory, 'known_hosts') };
  const known = await Promise.all(nodes.map(async (node) => `${nodeAddress(place, node)} ${await readFile(join(directory, `${node}.pub`), 'utf8')}`));
  await writeFile(access.knownHostsFile, known.join(''));
  return access;
}

/** Lays a node's key and starts its ssh server at boot; before it is switched on. */
export async function admitSsh(place: LabPlace, machine: LabMachine): Promise<void> {
  const directory = sshDirectory(place);
  await machine.lay('/root/.ssh/authorized_keys', await readFile(join(directory, 'id.pub')), 0o600);
  await machine.lay(`/etc/ssh/${keyName}`, await readFile(join(directory, machine.node)), 0o600);
  const wants = join(nodeDirectory(place, machine.node), 'upper/etc/systemd/system/multi-user.target.wants');
  await mkdir(wants, { recursive: true });
  await host('ln', '-sf', '/lib/systemd/system/ssh.service', join(wants, 'ssh.service'));
}
