/**
 * A quorum device for the lab: one more machine that is no member of the cluster and lends it a vote (corosync-qnetd), so that two of
 * four nodes may be away at once.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { host } from './host-command.js';
import type { LabMachine } from './machine.js';
import { nodeAddress, nodeDirectory, witnessName, type LabPlace } from './place.js';

/** The lab's network is its own, so neither side needs a certificate. */
const qnetdUnit = `[Unit]
Description=quorum device of the lab
After=lab-net.service
[Service]
ExecStart=/usr/bin/corosync-qnetd -f -s off
Restart=always
[Install]
WantedBy=multi-user.target
`;

/** What corosync.conf says of it, inside of its section "quorum". */
export const deviceConfiguration = (place: LabPlace): string => `  device {
    model: net
    votes: 1
    net {
      host: ${nodeAddress(place, witnessName)}
      tls: off
      algorithm: ffsplit
    }
  }
`;

/** Makes of a machine the one that lends its vote: no cluster stack, only the daemon. */
export async function prepareWitness(place: LabPlace, machine: LabMachine): Promise<void> {
  await machine.lay('/etc/hostname', `${witnessName}\n`);
  await machine.lay('/etc/lab.env', `LAB_IP=${nodeAddress(place, witnessName)}\n`);
  await machine.lay('/etc/systemd/system/lab-qnetd.service', qnetdUnit);
  for (const unit of ['corosync', 'pacemaker']) await link(place, witnessName, `${unit}.service`, '/dev/null');
  await enable(place, witnessName, 'lab-qnetd.service', '../lab-qnetd.service');
}

/** Lets a node ask for the vote. */
export const askWitness = (place: LabPlace, node: string): Promise<void> =>
  enable(place, node, 'corosync-qdevice.service', '/lib/systemd/system/corosync-qdevice.service');

const enable = (place: LabPlace, node: string, unit: string, target: string) => link(place, node, join('multi-user.target.wants', unit), target);

async function link(place: LabPlace, node: string, name: string, target: string): Promise<void> {
  const file = join(nodeDirectory(place, node), 'upper/etc/systemd/system', name);
  await mkdir(join(file, '..'), { recursive: true });
  await host('ln', '-sf', target, file);
}
